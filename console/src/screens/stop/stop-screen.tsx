import { Button, Group, Stack, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { releaseStop } from '../../api/actions.ts';
import { stopsQuery, type Stop } from '../../api/queries.ts';
import { inFront, stopDialog } from '../../app/dialogs.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { TextLink } from '../../parts/link-button.tsx';
import { notifyDone, notifyFailure } from '../../parts/notify.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';

/** Emergency stops in force: what they hit, what is confirmed down, and the release. */
export const StopScreen = () => {
  const stops = useQuery(stopsQuery());
  return (
    <Stack gap="md">
      <PageTitle title="Emergency stop">
        <Button color="red" onClick={() => stopDialog.set(inFront.get())}>
          Stop…
        </Button>
      </PageTitle>
      {stops.error && <ErrorPanel error={stops.error} onRetry={() => void stops.refetch()} />}
      {stops.isPending && <ListSkeleton />}
      {stops.data?.length === 0 && (
        <EmptyState icon={IconShieldCheck} title="No emergency stop is in force">
          <Text className="hp-soft">Ctrl Shift . opens the dialog from any screen.</Text>
        </EmptyState>
      )}
      {stops.data?.map((stop) => (
        <StopCard key={stop.stop_id} stop={stop} />
      ))}
    </Stack>
  );
};

const StopCard = ({ stop }: { stop: Stop }) => {
  const queries = useQueryClient();
  const release = useMutation({
    mutationFn: () => releaseStop(stop.stop_id),
    onSuccess: async () => {
      notifyDone('Released', 'What was stopped stays stopped until each thread is resumed.');
      await queries.invalidateQueries();
    },
    onError: notifyFailure('The stop was not released'),
  });
  return (
    <section className="hp-panel" style={{ padding: 16 }}>
      <Group justify="space-between">
        <div>
          <Text fw={600}>Stopped: {scopeWords(stop.scope)}</Text>
          <Text size="sm" className="hp-soft hp-text">
            {stop.requested_by}, <Ago at={stop.created_at} />: “{stop.reason}”
          </Text>
        </div>
        <Button variant="default" loading={release.isPending} onClick={() => release.mutate()}>
          Release
        </Button>
      </Group>
      <Stack gap={6} mt="md">
        {stop.runs.map((run) => (
          <Group key={run.run_id} gap="sm">
            <Pill
              tone={run.confirmed ? 'green' : 'amber'}
              label={run.confirmed ? 'Confirmed down' : 'Not confirmed yet'}
            />
            <TextLink to="/threads/$threadId" params={{ threadId: run.thread_id }} className="hp-mono">
              {run.thread_id}
            </TextLink>
          </Group>
        ))}
      </Stack>
    </section>
  );
};
