import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError } from '../../api/errors.ts';
import { approvalQuery, approvalsQuery } from '../../api/queries.ts';
import { runsQuery, threadQuery, type ThreadShown } from '../../api/thread-queries.ts';
import { inFront } from '../../app/dialogs.ts';
import { ApprovalCard } from '../../parts/approval/approval-card.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { ScreenSkeleton } from '../../parts/skeletons.tsx';
import { Failure } from './failure.tsx';
import { GraphPanel } from './graph-panel.tsx';
import { PauseCard } from './pause-card.tsx';
import { StatePanel } from './state-panel.tsx';
import { ThreadHeader } from './thread-header.tsx';
import classes from './thread.module.css';
import { Timeline } from './timeline.tsx';

/** One thread: what it does now, what it did, and what it wants. */
export const ThreadScreen = () => {
  const { threadId } = useParams({ from: '/threads/$threadId' });
  const thread = useQuery(threadQuery(threadId));
  // What was read stays when the server cannot be reached, and not when it says that there is no such thread any more.
  const gone = thread.error instanceof ApiError && thread.error.status === 404;
  if (thread.data && !gone) return <Loaded key={threadId} thread={thread.data} />;
  if (thread.error) return <ErrorPanel error={thread.error} onRetry={() => void thread.refetch()} />;
  return <ScreenSkeleton />;
};

const Loaded = ({ thread }: { thread: ThreadShown }) => {
  const { thread_id: threadId } = thread;
  const [run] = useQuery(runsQuery(threadId)).data ?? [];
  const assistantId = run?.assistant_id ?? textIn(thread.metadata, 'assistant_id');
  const state = thread.lifecycle?.state ?? null;
  useEffect(() => {
    const agent = assistantId === undefined ? undefined : { id: assistantId, name: assistantId.slice(0, 8) };
    inFront.set({ threadId, agent });
    return () => inFront.set({});
  }, [threadId, assistantId]);
  return (
    <>
      <ThreadHeader thread={thread} run={run} />
      <div className={classes['columns']}>
        <div className={classes['side']}>
          <GraphPanel threadId={threadId} assistantId={assistantId} state={state} />
          <Timeline threadId={threadId} />
        </div>
        <div className={classes['front']}>
          <Failure run={run} />
          {(state === 'draining' || state === 'paused') && <PauseCard threadId={threadId} />}
          <Questions threadId={threadId} />
          <StatePanel threadId={threadId} run={run} />
        </div>
      </div>
    </>
  );
};

const textIn = (record: Record<string, unknown> | undefined, field: string): string | undefined => {
  const value = record?.[field];
  return typeof value === 'string' ? value : undefined;
};

const Questions = ({ threadId }: { threadId: string }) => {
  const waiting = useInfiniteQuery(approvalsQuery({ threadId }));
  const items = waiting.data?.pages.flatMap((page) => page.items) ?? [];
  const [late, setLate] = useState<string[]>([]);
  const others = (id: string): string[] => late.filter((each) => each !== id);
  return (
    <>
      {late
        .filter((id) => items.every((approval) => approval.id !== id))
        .map((id) => (
          <Late key={id} id={id} />
        ))}
      {items.map((approval, row) => (
        <ApprovalCard
          key={approval.id}
          approval={approval}
          onDecided={() => {
            setLate(others(approval.id));
            void waiting.refetch();
          }}
          onLate={() => setLate([...others(approval.id), approval.id])}
          onThread={{ row, of: items.length }}
        />
      ))}
    </>
  );
};

/** A question that was answered from here too late: it says what became of it. */
const Late = ({ id }: { id: string }) => {
  const { data } = useQuery(approvalQuery(id));
  return data && <ApprovalCard approval={data} onDecided={() => undefined} onThread={{ row: 0, of: 1 }} />;
};
