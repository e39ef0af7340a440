import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery, scopePausesQuery } from '../../api/queries.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { shortDuration } from '../../parts/time.tsx';
import { useNow } from '../../parts/use-now.ts';

/** What runs, what waits, and what is paused. */
export const ControlScreen = () => {
  const overview = useQuery(overviewQuery());
  const pauses = useQuery(scopePausesQuery());
  const now = useNow();
  const oldest = overview.data?.queue.oldest_at ?? null;
  return (
    <Stack gap="md">
      <PageTitle title="Control" about="Workers, the queue, pauses and pause windows" />
      {overview.error && <ErrorPanel error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.isPending && <ListSkeleton rows={1} height={76} />}
      {overview.data && (
        <SimpleGrid cols={{ base: 2, sm: 4 }}>
          <Figure label="Running" value={String(overview.data.groups['running'] ?? 0)} />
          <Figure label="In the queue" value={String(overview.data.queue.depth)} />
          <Figure
            label="Oldest in the queue"
            value={oldest === null ? '–' : shortDuration(now - Date.parse(oldest))}
          />
          <Figure label="Paused" value={String(overview.data.groups['paused'] ?? 0)} />
        </SimpleGrid>
      )}
      {pauses.data?.map((pause) => (
        <Text key={pause.pause_id} size="sm" className="hp-text">
          Paused: {scopeWords(pause.scope)} — {pause.reason}
        </Text>
      ))}
    </Stack>
  );
};

const Figure = ({ label, value }: { label: string; value: string }) => (
  <div className="hp-panel" style={{ padding: '12px 16px' }}>
    <Text size="sm" className="hp-soft">
      {label}
    </Text>
    <Text fz={26} fw={650} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {value}
    </Text>
  </div>
);
