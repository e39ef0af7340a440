import { Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Stop } from '../../api/queries.ts';
import { statesQuery } from '../../api/stop-queries.ts';
import { TextLink } from '../../parts/link-button.tsx';
import { Pill, Status } from '../../parts/status.tsx';
import { useNow } from '../../parts/use-now.ts';
import classes from './stop.module.css';

type StoppedRun = Stop['runs'][number];

const AT_FIRST = 50;

/** Run by run: confirmed or not, and what its thread does now. Those that are not confirmed come first. */
export const StoppedRuns = ({ stop }: { stop: Stop }) => {
  const [all, setAll] = useState(false);
  const runs = stop.runs.toSorted((a, b) => Number(a.confirmed) - Number(b.confirmed));
  const shown = all ? runs : runs.slice(0, AT_FIRST);
  const states = useQuery(statesQuery(stop.runs.map(({ thread_id: id }) => id)));
  if (runs.length === 0) return null;
  return (
    <>
      <Table.ScrollContainer minWidth={480} mt="sm">
        <Table verticalSpacing="xs" horizontalSpacing="sm" className={classes['runs']}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              <Table.Th>After</Table.Th>
              <Table.Th>Thread</Table.Th>
              <Table.Th>Its state now</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((run) => (
              <Table.Tr key={run.run_id}>
                <Table.Td>
                  <Confirmed run={run} />
                </Table.Td>
                <Table.Td className={classes['number']}>
                  <TookUntil run={run} since={stop.created_at} />
                </Table.Td>
                <Table.Td>
                  <TextLink to="/threads/$threadId" params={{ threadId: run.thread_id }} className="hp-mono">
                    {run.thread_id.slice(0, 8)}
                  </TextLink>
                </Table.Td>
                <Table.Td>
                  {states.data?.has(run.thread_id) && (
                    <Status state={states.data.get(run.thread_id) ?? null} />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length < runs.length && (
        <Button variant="default" size="xs" mt="xs" onClick={() => setAll(true)}>
          Show all {runs.length.toLocaleString()} runs
        </Button>
      )}
    </>
  );
};

const Confirmed = ({ run }: { run: StoppedRun }) => (
  <Pill
    tone={run.confirmed ? 'green' : 'amber'}
    label={run.confirmed ? 'Confirmed down' : 'Not confirmed yet'}
  />
);

/** How long it took until it was certain; how long it takes already where it is not. */
const TookUntil = ({ run, since }: { run: StoppedRun; since: string }) => {
  const now = useNow();
  const ms = (run.confirmed_at === null ? now : Date.parse(run.confirmed_at)) - Date.parse(since);
  return <>{(Math.max(0, ms) / 1000).toFixed(run.confirmed ? 1 : 0)} s</>;
};
