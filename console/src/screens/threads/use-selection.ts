import { useState } from 'react';
import type { ThreadCard, ThreadSearch } from '../../api/queries.ts';

export interface Selection {
  selected: ThreadCard[];
  /** All that match, on whatever page, instead of those ticked. */
  all: boolean;
  set: (threads: ThreadCard[]) => void;
  toggle: (thread: ThreadCard) => void;
  selectAll: () => void;
  clear: () => void;
}

/**
 * Which threads are ticked; what is not on the page any more is not. Who chose all that match has chosen nothing of what
 * another search finds.
 */
export const useSelection = (shown: ThreadCard[], { group, q }: ThreadSearch): Selection => {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [allOf, setAllOf] = useState<string>();
  const searched = JSON.stringify([group, q]);
  const selected = shown.filter(({ thread_id: id }) => ids.has(id));
  const set = (threads: ThreadCard[]): void => {
    setAllOf(undefined);
    setIds(new Set(threads.map(({ thread_id: id }) => id)));
  };
  if (allOf !== undefined && allOf !== searched) set([]);
  return {
    selected,
    all: allOf === searched && selected.length > 0,
    set,
    toggle: (thread) => {
      const others = selected.filter(({ thread_id: id }) => id !== thread.thread_id);
      set(others.length < selected.length ? others : [...selected, thread]);
    },
    selectAll: () => {
      set(shown);
      setAllOf(searched);
    },
    clear: () => set([]),
  };
};
