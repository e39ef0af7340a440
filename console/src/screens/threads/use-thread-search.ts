import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ThreadSearch } from '../../api/queries.ts';

export interface ThreadSearchState {
  search: ThreadSearch;
  /** Whatever changes, the first page is shown then, unless a page is named. */
  change: (changes: Partial<ThreadSearch>) => void;
}

/** What is shown of the threads, kept in the address. */
export const useThreadSearch = (): ThreadSearchState => {
  const { group, q, sort, order, page } = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const search: ThreadSearch = {
    group,
    q,
    sort: sort ?? 'updated_at',
    order: order ?? 'desc',
    page: (page ?? 1) - 1,
  };
  return {
    search,
    change: ({ page: nextPage, ...changes }) =>
      void navigate({
        search: (before) => ({
          ...before,
          ...changes,
          page: nextPage === undefined || nextPage === 0 ? undefined : nextPage + 1,
        }),
        replace: true,
      }),
  };
};
