import { Button, Group, Stack, Text } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { activityQuery, type ActivityLine } from '../../api/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { TextLink } from '../../parts/link-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Ago } from '../../parts/time.tsx';

/** The session log of all threads. */
export const ActivityScreen = () => {
  const search = useSearch({ from: '/activity' });
  const log = useInfiniteQuery(activityQuery(search));
  const lines = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack gap="md">
      <PageTitle title="Activity" about="Who did what, on all threads, newest first" />
      {log.error && <ErrorPanel error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending && <ListSkeleton rows={10} height={32} />}
      {log.data && lines.length === 0 && <EmptyState icon={IconActivity} title="Nothing has happened yet" />}
      {lines.length > 0 && (
        <Stack gap={0} className="hp-panel" component="ul" p={0} m={0}>
          {lines.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </Stack>
      )}
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show older lines
        </Button>
      )}
    </Stack>
  );
};

const Line = ({ line }: { line: ActivityLine }) => (
  <Group
    component="li"
    gap="sm"
    px="md"
    py={8}
    style={{ borderBottom: '1px solid var(--hp-line)', listStyle: 'none' }}
  >
    <Text size="sm" className="hp-soft" w={86}>
      <Ago at={line.at} />
    </Text>
    <Text size="sm" fw={600}>
      {line.kind}
    </Text>
    <Text size="sm" className="hp-soft hp-text">
      {line.actor}
      {line.to !== null && ` · ${line.from ?? ''} → ${line.to}`}
    </Text>
    <TextLink to="/threads/$threadId" params={{ threadId: line.thread_id }} className="hp-mono" ml="auto">
      {line.thread_id.slice(0, 8)}
    </TextLink>
  </Group>
);
