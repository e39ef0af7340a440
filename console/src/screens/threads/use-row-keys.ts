import { useState } from 'react';
import { useKeys } from '../../keys/keys.ts';

interface Actions<T> {
  idOf: (item: T) => string;
  open: (item: T) => void;
  toggle?: ((item: T) => void) | undefined;
}

/** Enter presses what has the focus, where that can be pressed. */
const notAButton = (target: EventTarget | null): boolean =>
  !(target instanceof Element && target.closest('a[href], button, summary, [role="tab"]'));

/** Who goes through the rows has left what was pressed before. */
const leaveFocus = (): void => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
};

/**
 * j and k go down and up a list, Enter opens and x ticks. Answers the place that is current; -1 when none is. The item that
 * is current stays so when the list changes around it; when it leaves, the one at its place is.
 */
export const useRowKeys = <T>(items: T[], { idOf, open, toggle }: Actions<T>): number => {
  const [cursor, setCursor] = useState({ id: '', place: -1 });
  const found = items.findIndex((item) => idOf(item) === cursor.id);
  const current = found >= 0 ? found : Math.min(cursor.place, items.length - 1);
  const go = (by: number): void => {
    const place = Math.max(0, Math.min(items.length - 1, current + by));
    const item = items[place];
    leaveFocus();
    if (item !== undefined) setCursor({ id: idOf(item), place });
  };
  const withCurrent = (act: (item: T) => void) => (): void => {
    const item = items[current];
    if (item !== undefined) act(item);
  };
  const group = 'Lists';
  useKeys([
    { keys: 'j', label: 'Next', group, run: () => go(1) },
    { keys: 'k', label: 'The one before', group, run: () => go(-1) },
    ...(current >= 0
      ? [{ keys: 'Enter', label: 'Open', group, run: withCurrent(open), meant: notAButton }]
      : []),
    ...(toggle ? [{ keys: 'x', label: 'Select', group, run: withCurrent(toggle) }] : []),
  ]);
  return current;
};
