import { Button, Progress, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { workersQuery, type Worker } from '../../api/control-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { ShortId } from '../../parts/short-id.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Pill, type Tone } from '../../parts/status.tsx';
import { Ago, shortDuration } from '../../parts/time.tsx';
import { useNow } from '../../parts/use-now.ts';
import classes from './control.module.css';
import { DrainDialog } from './drain-dialog.tsx';
import { Nothing, Panel } from './panel.tsx';

/** The processes that run graphs. */
export const WorkersPanel = () => {
  const workers = useQuery(workersQuery());
  const [draining, setDraining] = useState<Worker | null>(null);
  return (
    <Panel title="Workers" about="The processes that run graphs; one that drains is replaced">
      {workers.isPending && <ListSkeleton rows={2} height={44} />}
      {workers.error && <ErrorPanel error={workers.error} onRetry={() => void workers.refetch()} />}
      {workers.data?.length === 0 && <Nothing>No worker is up: what is launched waits in the queue.</Nothing>}
      {workers.data && workers.data.length > 0 && (
        <Table.ScrollContainer minWidth={720} className="hp-panel">
          <Table verticalSpacing="xs" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Worker</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Slots in use</Table.Th>
                <Table.Th>Last heartbeat</Table.Th>
                <Table.Th>Up since</Table.Th>
                <Table.Th>Memory</Table.Th>
                <Table.Th>Version</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {workers.data.map((worker) => (
                <Row key={worker.worker_id} worker={worker} onDrain={() => setDraining(worker)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {draining && <DrainDialog worker={draining} onClose={() => setDraining(null)} />}
    </Panel>
  );
};

const LOOKS: Record<Worker['state'], { tone: Tone; label: string }> = {
  starting: { tone: 'grey', label: 'Starting' },
  running: { tone: 'green', label: 'Running' },
  draining: { tone: 'violet', label: 'Draining' },
};

const Row = ({ worker, onDrain }: { worker: Worker; onDrain: () => void }) => (
  <Table.Tr>
    <Table.Td>
      <ShortId id={worker.worker_id} />
    </Table.Td>
    <Table.Td>
      <Pill {...LOOKS[worker.state]} />
      {worker.drain && (
        <Text size="xs" className="hp-soft hp-text" mt={2}>
          {worker.drain.why}
        </Text>
      )}
    </Table.Td>
    <Table.Td>
      <Slots worker={worker} />
    </Table.Td>
    <Table.Td>
      <Heartbeat at={worker.last_heartbeat} />
    </Table.Td>
    <Table.Td>
      <Ago at={worker.started_at} />
    </Table.Td>
    <Table.Td className={classes['number']}>{Math.round(worker.memory_bytes / 1e6)} MB</Table.Td>
    <Table.Td className="hp-mono">{worker.version}</Table.Td>
    <Table.Td ta="right">
      <Button
        variant="default"
        size="xs"
        disabled={worker.state !== 'running'}
        aria-label={`Drain worker ${worker.worker_id.slice(0, 8)}`}
        onClick={onDrain}
      >
        Drain…
      </Button>
    </Table.Td>
  </Table.Tr>
);

const Slots = ({ worker: { active, slots } }: { worker: Worker }) => (
  <div className={classes['slots']}>
    <Progress value={slots === 0 ? 0 : (active / slots) * 100} aria-label="Slots in use" />
    <Text size="sm" className={classes['number']}>
      {active} of {slots}
    </Text>
  </div>
);

/** A worker says so often that it is there; one that has not for longer is looked after by the server. */
const SILENT_MS = 15_000;

const Heartbeat = ({ at }: { at: string }) => {
  const silent = useNow() - Date.parse(at);
  return silent > SILENT_MS ? (
    <Pill tone="amber" label={`silent for ${shortDuration(silent)}`} />
  ) : (
    <Ago at={at} />
  );
};
