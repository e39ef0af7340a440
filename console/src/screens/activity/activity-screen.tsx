import { Button, Stack, Text } from '@mantine/core';
import { IconActivity, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { activityQuery, type ActivitySearch } from '../../api/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import { ActivityLines } from './activity-lines.tsx';
import { ExportMenu } from './export-menu.tsx';

/** The session log of all threads. */
export const ActivityScreen = () => {
  const search = useSearch({ from: '/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const log = useInfiniteQuery(activityQuery(search));
  const lines = log.data?.pages.flatMap(({ items }) => items) ?? [];
  const change = (changes: Partial<ActivitySearch>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  return (
    <Stack gap="md">
      <PageTitle title="Activity" about="Who did what, when and why, on all threads, newest first">
        <ExportMenu search={search} />
      </PageTitle>
      <ActivityFilters search={search} onChange={change} />
      {log.error && <ErrorPanel error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending && <ListSkeleton rows={10} height={40} />}
      {log.data && lines.length === 0 && (
        <Empty
          filtered={Object.values(search).some((value) => value !== undefined)}
          onClear={() => change(ALL)}
        />
      )}
      {lines.length > 0 && <ActivityLines lines={lines} onFilter={change} />}
      {log.hasNextPage && (
        <Button
          variant="default"
          style={{ alignSelf: 'center' }}
          loading={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
        >
          Show older lines
        </Button>
      )}
    </Stack>
  );
};

const ALL = {
  thread_id: undefined,
  actor: undefined,
  kind: undefined,
  since: undefined,
  until: undefined,
};

const Empty = ({ filtered, onClear }: { filtered: boolean; onClear: () => void }) =>
  filtered ? (
    <EmptyState icon={IconSearchOff} title="No line is like that">
      <Button variant="default" onClick={onClear}>
        Show everything
      </Button>
    </EmptyState>
  ) : (
    <EmptyState icon={IconActivity} title="Nothing has happened yet">
      <Text className="hp-soft">Each launch, decision, pause, resume and stop leaves a line here.</Text>
    </EmptyState>
  );
