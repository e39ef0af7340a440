import { useState } from 'react';
import type { ThreadCard } from '../../api/queries.ts';

export interface Selection {
  selected: ThreadCard[];
  /** All that match, on whatever page, instead of those ticked. */
  all: boolean;
  set: (threads: ThreadCard[]) => void;
  toggle: (thread: ThreadCard) => void;
  selectAll: () => void;
  clear: () => void;
}

/** Which threads are ticked; what is not on the page any more is not. */
export const useSelection = (shown: ThreadCard[]): Selection => {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const selected = shown.filter(({ thread_id: id }) => ids.has(id));
  const set = (threads: ThreadCard[]): void => {
    setAll(false);
    setIds(new Set(threads.map(({ thread_id: id }) => id)));
  };
  return {
    selected,
    all: all && selected.length > 0,
    set,
    toggle: (thread) => {
      const others = selected.filter(({ thread_id: id }) => id !== thread.thread_id);
      set(others.length < selected.length ? others : [...selected, thread]);
    },
    selectAll: () => {
      set(shown);
      setAll(true);
    },
    clear: () => set([]),
  };
};
