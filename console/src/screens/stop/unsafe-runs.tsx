import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { settleEffect, type Effect } from '../../api/stop-queries.ts';
import { TextLink } from '../../parts/link-button.tsx';
import { notifyFailure } from '../../parts/notify.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import classes from './stop.module.css';
import type { Unsafe, UnsafeRun } from './use-unsafe.ts';

/** What is to be looked at before the release; where something may be half done, a person says whether it happened. */
export const UnsafeRuns = ({ unsafe: { runs, unseen, error } }: { unsafe: Unsafe }) => (
  <Stack gap="sm">
    {runs.length === 0 && unseen === 0 && error === null && (
      <Alert color="green" variant="outline" icon={<IconShieldCheck />} title="Nothing is left half done">
        <Text size="sm">Every run is confirmed down, and no effect of theirs is in doubt.</Text>
      </Alert>
    )}
    {runs.length > 0 && (
      <Text fw={600} className={classes['warning']}>
        <IconAlertTriangle size={18} aria-hidden /> {runs.length}{' '}
        {runs.length === 1 ? 'run needs' : 'runs need'} a look
      </Text>
    )}
    {runs.map((run) => (
      <Run key={run.threadId} run={run} />
    ))}
    {unseen > 0 && (
      <Text size="sm" className="hp-soft">
        {unseen.toLocaleString()} more runs were not looked into here. The check before each resume does.
      </Text>
    )}
  </Stack>
);

const Run = ({ run: { threadId, confirmed, doubts } }: { run: UnsafeRun }) => (
  <div className={classes['unsafe']}>
    <Group gap="sm">
      <TextLink to="/threads/$threadId" params={{ threadId }} className="hp-mono">
        {threadId.slice(0, 8)}
      </TextLink>
      {!confirmed && <Pill tone="amber" label="Not confirmed yet" />}
      {doubts.length > 0 && (
        <Pill
          tone="amber"
          label={`${doubts.length} ${doubts.length === 1 ? 'effect' : 'effects'} in doubt`}
        />
      )}
    </Group>
    {doubts.map((effect) => (
      <Doubt key={effect.key} threadId={threadId} effect={effect} />
    ))}
  </div>
);

const Doubt = ({ threadId, effect }: { threadId: string; effect: Effect }) => {
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: (happened: boolean) => settleEffect(threadId, effect.key, happened),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['thread', threadId] }),
    onError: notifyFailure('It was not settled'),
  });
  return (
    <Group justify="space-between" gap="sm" mt="xs">
      <Text size="sm" className="hp-text">
        Did <strong>{effect.name}</strong> happen? Begun <Ago at={effect.intended_at} />, cut before it was
        known.
      </Text>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={settle.isPending} onClick={() => settle.mutate(true)}>
          It happened
        </Button>
        <Button size="xs" variant="default" loading={settle.isPending} onClick={() => settle.mutate(false)}>
          It did not
        </Button>
      </Group>
    </Group>
  );
};
