import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Approval } from '../../api/queries.ts';
import { useKeys } from '../../keys/keys.ts';
import { summaryOf, titleOf } from '../../parts/approval/question.ts';
import { Ago } from '../../parts/time.tsx';
import classes from './approvals.module.css';

interface Props {
  items: Approval[];
  current: string | undefined;
  onOpen: (id: string) => void;
  more: More;
}

/** The pages of a list that are not there yet. */
export interface More {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

const ROW = 68;

/** The questions, of which only those in sight are drawn. */
export const ApprovalList = ({ items, current, onOpen, more }: Props) => {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const place = items.findIndex(({ id }) => id === current);
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place, { align: 'auto' });
  }, [place, rows]);
  const go = (by: number): void => {
    const next = items[Math.max(0, Math.min(items.length - 1, place + by))];
    if (next) onOpen(next.id);
  };
  useKeys([
    { keys: 'j', label: 'Next', group: 'Lists', run: () => go(1) },
    { keys: 'k', label: 'The one before', group: 'Lists', run: () => go(-1) },
  ]);
  return (
    <nav className={classes['list']} ref={frame} aria-label="Questions that wait" tabIndex={0}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const approval = items[index];
          return (
            approval && (
              <Row
                key={approval.id}
                approval={approval}
                top={start}
                current={approval.id === current}
                onOpen={onOpen}
              />
            )
          );
        })}
      </div>
      {more.hasNextPage && (
        <Button
          fullWidth
          variant="default"
          loading={more.isFetchingNextPage}
          onClick={() => void more.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </nav>
  );
};

interface RowProps {
  approval: Approval;
  top: number;
  current: boolean;
  onOpen: (id: string) => void;
}

const Row = ({ approval, top, current, onOpen }: RowProps) => (
  <button
    type="button"
    className={classes['row']}
    style={{ transform: `translateY(${top}px)` }}
    aria-current={current || undefined}
    onClick={() => onOpen(approval.id)}
  >
    <span className={classes['first']}>
      <strong className="hp-line">{titleOf(approval)}</strong>
      <span className={classes['age']}>
        <Ago at={approval.created_at} />
      </span>
    </span>
    <span className={`${classes['second']} hp-line`}>
      {approval.graph_id} · {summaryOf(approval).slice(0, 200)}
    </span>
  </button>
);
