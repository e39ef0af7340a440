import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { withdrawPause } from '../../api/actions.ts';
import { pauseQuery, type Pause } from '../../api/thread-queries.ts';
import { notifyDone, notifyFailure } from '../../parts/notify.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago, Until } from '../../parts/time.tsx';
import { conditionWords } from '../../parts/condition-words.ts';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';

/** The pause that is asked for, or in which the thread rests. */
export const PauseCard = ({ threadId }: { threadId: string }) => {
  const { data: pause } = useQuery(pauseQuery(threadId));
  if (!pause) return null;
  return (
    <section className={`hp-panel ${classes['panel']}`} aria-label="Pause">
      <PanelTitle>{pause.state === 'draining' ? 'On the way to a safe point' : 'Paused'}</PanelTitle>
      <Stack gap={8}>
        <Text size="sm" className="hp-text">
          “{pause.reason}” — {pause.requested_by}, <Ago at={pause.requested_at} />
        </Text>
        {pause.state === 'draining' ? <Draining pause={pause} /> : <Resting pause={pause} />}
        {pause.resume_when != null && (
          <Text size="sm">
            Goes on by itself: <strong>{conditionWords(pause.resume_when)}</strong>
          </Text>
        )}
      </Stack>
    </section>
  );
};

const Draining = ({ pause }: { pause: Pause }) => {
  const queries = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => withdrawPause(pause.thread_id),
    onSuccess: () => notifyDone('Withdrawn', 'The run goes on.'),
    onError: notifyFailure('The pause was not withdrawn'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['thread', pause.thread_id] }),
  });
  return (
    <Group gap="sm">
      <Text size="sm" className="hp-soft">
        The step in flight is finishing.
        {pause.drain_deadline !== null && (
          <>
            {' '}
            {pause.on_timeout === 'force' ? 'It is cut ' : 'It gets more time '}
            <Until at={pause.drain_deadline} />.
          </>
        )}
      </Text>
      <Button size="xs" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
        Withdraw
      </Button>
    </Group>
  );
};

const Resting = ({ pause }: { pause: Pause }) => {
  const { checkpoint, verified } = pause;
  return (
    <Group gap="xs">
      <Pill
        tone={verified ? 'green' : 'amber'}
        label={verified ? 'Checkpoint verified' : 'Checkpoint not verified'}
      />
      {checkpoint?.unsafe && <Pill tone="red" label="A step was cut and runs again" />}
      {checkpoint && (
        <Text size="sm" className="hp-soft">
          step {checkpoint.step ?? '–'}
          {checkpoint.next.length > 0 && `, before ${checkpoint.next.join(', ')}`}
        </Text>
      )}
    </Group>
  );
};
