import { useEffect, useRef } from 'react';
import { createKeptStore } from '../api/store.ts';

export interface KeyBinding {
  /** One key ("j"), two after each other ("g t"), or with modifiers ("ctrl+shift+Period": the key's place). */
  keys: string;
  /** What it does, for the help. */
  label: string;
  /** Under which heading the help lists it. */
  group: string;
  run: () => void;
  /** Whether a key that is pressed there means it; absent: wherever that is. */
  meant?: (target: EventTarget | null) => boolean;
}

/** "off" when single keys do nothing; those with a modifier always work. */
export const singleKeys = createKeptStore('holdpoint.keys', () => localStorage);

/** A second key counts as the second only for so long. */
const SEQUENCE_MS = 1200;

type Registered = { current: KeyBinding[] };
const registered: Registered[] = [];

/** What can be pressed now; later ones win. */
export const currentBindings = (): KeyBinding[] => registered.flatMap(({ current }) => current);

/** Binds keys for as long as the component is shown. */
export const useKeys = (bindings: KeyBinding[]): void => {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    registered.push(latest);
    return () => void registered.splice(registered.indexOf(latest), 1);
  }, []);
};

/** Listens to the keyboard until the function it answers is called. */
export const startKeys = (): (() => void) => {
  let first: { key: string; at: number } | undefined;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const chord = chordOf(event);
    if (chord !== undefined) return runIfBound(chord, event);
    if (!singleKeysWork(event)) return;
    const before = first && Date.now() - first.at < SEQUENCE_MS ? first.key : undefined;
    first = { key: event.key, at: Date.now() };
    if (before !== undefined && isBound(`${before} ${event.key}`)) {
      first = undefined;
      return runIfBound(`${before} ${event.key}`, event);
    }
    runIfBound(event.key, event);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
};

/** A key with modifiers, by its place on the keyboard: with Shift a layout may make another sign of it. */
const chordOf = (event: KeyboardEvent): string | undefined => {
  if (!event.ctrlKey && !event.metaKey) return undefined;
  return ['ctrl', ...(event.shiftKey ? ['shift'] : []), event.code].join('+');
};

const isBound = (keys: string): boolean => currentBindings().some((binding) => binding.keys === keys);

const runIfBound = (keys: string, event: KeyboardEvent): void => {
  const binding = currentBindings().findLast(
    (each) => each.keys === keys && (each.meant?.(event.target) ?? true),
  );
  if (!binding) return;
  event.preventDefault();
  binding.run();
};

const FIELDS =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .cm-editor';

/** Whether a dialog is before the screen. */
export const dialogInFront = (): boolean =>
  document.querySelector('[role="dialog"][aria-modal="true"]') !== null;

/** Never in a field, never behind a dialog, and not when a person has switched them off. */
const singleKeysWork = ({ target, altKey }: KeyboardEvent): boolean => {
  if (altKey || singleKeys.get() === 'off') return false;
  if (target instanceof Element && target.closest(FIELDS)) return false;
  return !dialogInFront();
};
