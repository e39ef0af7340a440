import { Button, Stack, Text } from '@mantine/core';
import { IconPlayerStopFilled, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { stopsQuery, type Stop } from '../../api/queries.ts';
import { stopQuery } from '../../api/stop-queries.ts';
import { inFront, stopDialog } from '../../app/dialogs.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { PastStops } from './past-stops.tsx';
import { StopCard } from './stop-card.tsx';

/** Emergency stops: what they hit, what is confirmed down, the release, and what became of what was stopped. */
export const StopScreen = () => {
  const stops = useQuery(stopsQuery());
  const asked = useAskedFor(stops.data);
  const shown = [...(stops.data ?? []), ...(asked ? [asked] : [])];
  return (
    <Stack gap="md">
      <PageTitle
        title="Emergency stop"
        about="What is stopped stays stopped, over restarts too, until it is released"
      >
        <Button
          color="red"
          leftSection={<IconPlayerStopFilled size={16} aria-hidden />}
          onClick={() => stopDialog.set(inFront.get())}
        >
          Stop…
        </Button>
      </PageTitle>
      {stops.error && <ErrorPanel error={stops.error} onRetry={() => void stops.refetch()} />}
      {stops.isPending && <ListSkeleton />}
      {stops.data && shown.length === 0 && <NothingStopped />}
      {shown.map((stop) => (
        <StopCard key={stop.stop_id} stop={stop} />
      ))}
      <PastStops shown={asked?.stop_id} />
    </Stack>
  );
};

/** The stop that the address names, where it is not in force any more. */
const useAskedFor = (inForce: Stop[] | undefined): Stop | undefined => {
  const { stop } = useSearch({ from: '/stop' });
  const listed = inForce?.some(({ stop_id: id }) => id === stop) ?? true;
  const { data } = useQuery({ ...stopQuery(stop ?? ''), enabled: stop !== undefined && !listed });
  return stop === undefined || listed ? undefined : data;
};

const NothingStopped = () => (
  <EmptyState icon={IconShieldCheck} title="No emergency stop is in force">
    <Text className="hp-soft" maw={460}>
      The red button, or Ctrl Shift . on any screen, pauses a thread, an agent or everything at the next step,
      or stops it at once.
    </Text>
  </EmptyState>
);
