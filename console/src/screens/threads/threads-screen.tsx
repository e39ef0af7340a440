import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery, threadsQuery } from '../../api/queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { NoThreads } from './no-threads.tsx';
import { ThreadFilters } from './thread-filters.tsx';
import { ThreadTable } from './thread-table.tsx';
import { useSelection } from './use-selection.ts';
import { useThreadSearch } from './use-thread-search.ts';

/** Home: which agents run, what they want, and how each stands. */
export const ThreadsScreen = () => {
  const { search, change } = useThreadSearch();
  const counts = useQuery(overviewQuery());
  const threads = useQuery(threadsQuery(search));
  const selection = useSelection(threads.data?.items ?? [], search);
  const total = threads.data?.total ?? 0;
  return (
    <Stack gap="sm">
      <PageTitle title="Threads">
        <LinkButton to="/launch">Launch a run</LinkButton>
      </PageTitle>
      <ThreadFilters search={search} counts={counts.data} onChange={change} />
      <BulkBar selection={selection} search={search} total={total} />
      {threads.error && <ErrorPanel error={threads.error} onRetry={() => void threads.refetch()} />}
      {threads.isPending && <ListSkeleton rows={8} height={44} />}
      {threads.data && total === 0 && (
        <NoThreads search={search} onClear={() => change({ group: undefined, q: undefined })} />
      )}
      {threads.data && total > 0 && (
        <ThreadTable page={threads.data} search={search} selection={selection} onChange={change} />
      )}
    </Stack>
  );
};
