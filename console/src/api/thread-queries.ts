import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';

const onThread = (threadId: string) => ({ params: { path: { thread_id: threadId } } });

export const threadQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'thread'],
    queryFn: () => bodyOf(api.GET('/threads/{thread_id}', onThread(threadId))),
  });
