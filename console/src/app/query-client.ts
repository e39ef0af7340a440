import { notifyManager, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/errors.ts';

/** What was refused is refused again; what could not be reached may be reached a moment later. */
const mayRetry = (failures: number, error: Error): boolean =>
  failures < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);

// A button that was pressed is shown as pressed before the next key or click is heard.
notifyManager.setScheduler(queueMicrotask);

/** The change feed says when to ask again; a query that nobody told of anything is good for a while. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      retry: mayRetry,
      retryDelay: 400,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
