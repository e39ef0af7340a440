import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { workersQuery } from '../../api/control-queries.ts';
import { overviewQuery } from '../../api/queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { TextLink } from '../../parts/link-button.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { shortDuration } from '../../parts/time.tsx';
import { useNow } from '../../parts/use-now.ts';
import classes from './control.module.css';

/** The server in numbers. */
export const Figures = () => {
  const overview = useQuery(overviewQuery());
  const workers = useQuery(workersQuery());
  const now = useNow();
  if (overview.isPending) return <ListSkeleton rows={1} height={84} />;
  if (!overview.data) return <ErrorPanel error={overview.error} onRetry={() => void overview.refetch()} />;
  const { groups, queue } = overview.data;
  const slots = workers.data?.reduce((sum, worker) => sum + worker.slots, 0);
  return (
    <div className={classes['figures']}>
      <Figure label="Running" value={groups['running'] ?? 0} group="running" />
      <Figure label="Paused" value={groups['paused'] ?? 0} group="paused" />
      <Figure label="In the queue" value={queue.depth} />
      <Figure
        label="Oldest in the queue"
        value={queue.oldest_at === null ? '–' : shortDuration(now - Date.parse(queue.oldest_at))}
      />
      <Figure label="Slots of all workers" value={slots ?? '–'} />
    </div>
  );
};

interface FigureProps {
  label: string;
  value: number | string;
  /** The threads it counts. */
  group?: 'running' | 'paused';
}

const Figure = ({ label, value, group }: FigureProps) => (
  <div className={`hp-panel ${classes['figure']}`}>
    <Text size="sm" className="hp-soft">
      {group ? (
        <TextLink to="/" search={{ group }} inherit>
          {label}
        </TextLink>
      ) : (
        label
      )}
    </Text>
    <Text fz={26} fw={650} className={classes['number']}>
      {typeof value === 'number' ? value.toLocaleString() : value}
    </Text>
  </div>
);
