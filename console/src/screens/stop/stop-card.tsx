import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Stop } from '../../api/queries.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { Coverage } from './coverage.tsx';
import { ReleaseDialog } from './release-dialog.tsx';
import { ResumeStopped } from './resume-stopped.tsx';
import { StoppedRuns } from './stopped-runs.tsx';
import classes from './stop.module.css';

/** A stop: who, when, why; every run it hit; and how it is lifted. */
export const StopCard = ({ stop }: { stop: Stop }) => {
  const [releasing, setReleasing] = useState(false);
  const inForce = stop.state === 'in_force';
  return (
    <section
      className={`hp-panel ${classes['card']}`}
      data-state={stop.state}
      aria-label={`Stop of ${scopeWords(stop.scope)}`}
    >
      <Group justify="space-between" align="flex-start" gap="sm">
        <Said stop={stop} />
        {inForce && (
          <Button variant="default" onClick={() => setReleasing(true)}>
            Review and release…
          </Button>
        )}
      </Group>
      <Coverage stop={stop} />
      <StoppedRuns stop={stop} />
      {!inForce && <ResumeStopped stop={stop} />}
      {releasing && <ReleaseDialog stop={stop} onClose={() => setReleasing(false)} />}
    </section>
  );
};

const Said = ({ stop }: { stop: Stop }) => (
  <Stack gap={6} className={classes['said']}>
    <Group gap="sm">
      {stop.state === 'in_force' ? (
        <Pill tone="red" label="In force" />
      ) : (
        <Pill tone="green" label="Released" />
      )}
      <Text fw={650} size="lg">
        Stopped: {scopeWords(stop.scope)}
      </Text>
    </Group>
    <Text className="hp-text">“{stop.reason}”</Text>
    <Text size="sm" className="hp-soft hp-text">
      {stop.requested_by}, <Ago at={stop.created_at} />
      {stop.released_at !== null && (
        <>
          {' · released by '}
          {stop.released_by}, <Ago at={stop.released_at} />
        </>
      )}
    </Text>
  </Stack>
);
