import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { historyQuery, logQuery } from '../../api/thread-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Ago } from '../../parts/time.tsx';
import { momentsOf, type Moment } from './moments.ts';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';

/** What happened on the thread, newest first: its states, its runs, and what people did. */
export const Timeline = ({ threadId }: { threadId: string }) => {
  const history = useInfiniteQuery(historyQuery(threadId));
  const log = useQuery(logQuery(threadId));
  const { checkpoint } = useSearch({ from: '/threads/$threadId' });
  const navigate = useNavigate({ from: '/threads/$threadId' });
  const states = history.data?.pages.flatMap((page) => page.states) ?? [];
  const moments = momentsOf(states, log.data ?? [], history.hasNextPage);
  const error = history.error ?? log.error;
  return (
    <section className="hp-panel" aria-label="Timeline">
      <div style={{ padding: '14px 18px 0' }}>
        <PanelTitle>Timeline</PanelTitle>
        {error && (
          <ErrorPanel error={error} onRetry={() => void Promise.all([history.refetch(), log.refetch()])} />
        )}
        {(history.isPending || log.isPending) && <ListSkeleton rows={5} height={38} />}
      </div>
      <Moments
        moments={moments}
        current={checkpoint}
        onOpen={(id) => void navigate({ search: (before) => ({ ...before, checkpoint: id }), replace: true })}
      />
      {history.hasNextPage && (
        <Button
          fullWidth
          variant="subtle"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          Show what was before
        </Button>
      )}
    </section>
  );
};

interface MomentsProps {
  moments: Moment[];
  current: string | undefined;
  onOpen: (checkpointId: string) => void;
}

/** Only what is in sight is drawn: a thread may have thousands of states. */
const Moments = ({ moments, current, onOpen }: MomentsProps) => {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: moments.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 50,
    getItemKey: (index) => moments[index]?.key ?? index,
    overscan: 6,
  });
  return (
    <div
      className={classes['lines']}
      ref={frame}
      tabIndex={0}
      role="group"
      aria-label="Moments, newest first"
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const moment = moments[index];
          return (
            moment && (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                className={classes['line']}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span className={classes['mark']} data-tone={moment.tone} aria-hidden />
                <Entry moment={moment} current={moment.checkpointId === current} onOpen={onOpen} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
};

interface EntryProps {
  moment: Moment;
  current: boolean;
  onOpen: (checkpointId: string) => void;
}

const Entry = ({ moment, current, onOpen }: EntryProps) => {
  const { checkpointId, title, about, at } = moment;
  const content = (
    <>
      <span className={classes['title']}>{title}</span>
      <span className={classes['about']} style={{ display: 'block' }}>
        <Ago at={at} />
        {about !== '' && ` · ${about}`}
      </span>
    </>
  );
  if (checkpointId === null) return <div className={classes['entry']}>{content}</div>;
  return (
    <button
      type="button"
      className={classes['entry']}
      aria-current={(current && checkpointId !== undefined) || undefined}
      onClick={() => onOpen(checkpointId)}
    >
      {content}
    </button>
  );
};
