import { Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { approvalsQuery } from '../../api/queries.ts';
import { threadQuery } from '../../api/thread-queries.ts';
import { inFront } from '../../app/dialogs.ts';
import { ApprovalCard } from '../../parts/approval/approval-card.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ScreenSkeleton } from '../../parts/skeletons.tsx';
import { Status } from '../../parts/status.tsx';

/** One thread: what it does now, what it did, and what it wants. */
export const ThreadScreen = () => {
  const { threadId } = useParams({ from: '/threads/$threadId' });
  const thread = useQuery(threadQuery(threadId));
  const waiting = useInfiniteQuery(approvalsQuery({ threadId }));
  useEffect(() => {
    inFront.set({ threadId });
    return () => inFront.set({});
  }, [threadId]);
  if (thread.isPending) return <ScreenSkeleton />;
  return (
    <Stack gap="md">
      <PageTitle title={`Thread ${threadId.slice(0, 8)}`}>
        <Status state={thread.data?.lifecycle?.state ?? null} />
      </PageTitle>
      {thread.error && <ErrorPanel error={thread.error} onRetry={() => void thread.refetch()} />}
      {waiting.data?.pages
        .flatMap(({ items }) => items)
        .map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} onDecided={() => {}} onThread />
        ))}
    </Stack>
  );
};
