import { useState } from 'react';
import { useKeys } from '../../keys/keys.ts';

interface Actions<T> {
  open: (item: T) => void;
  toggle?: ((item: T) => void) | undefined;
}

/** j and k go down and up a list, Enter opens and x ticks. Answers the place that is current; -1 when none is. */
export const useRowKeys = <T>(items: T[], { open, toggle }: Actions<T>): number => {
  const [place, setPlace] = useState(-1);
  const current = Math.min(place, items.length - 1);
  const go = (by: number): void => setPlace(Math.max(0, Math.min(items.length - 1, current + by)));
  const withCurrent = (act: (item: T) => void) => (): void => {
    const item = items[current];
    if (item !== undefined) act(item);
  };
  const group = 'Lists';
  useKeys([
    { keys: 'j', label: 'Next', group, run: () => go(1) },
    { keys: 'k', label: 'The one before', group, run: () => go(-1) },
    ...(current >= 0 ? [{ keys: 'Enter', label: 'Open', group, run: withCurrent(open) }] : []),
    ...(toggle ? [{ keys: 'x', label: 'Select', group, run: withCurrent(toggle) }] : []),
  ]);
  return current;
};
