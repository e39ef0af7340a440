import { Button, Group, Progress, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { resumeScope } from '../../api/actions.ts';
import { scopePausesQuery, type ScopePause } from '../../api/queries.ts';
import { stopDialog } from '../../app/dialogs.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyFailure } from '../../parts/notify.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import classes from './control.module.css';
import { Nothing, Panel } from './panel.tsx';

/** Pauses of agents or of everything, with how far each is. */
export const PausesPanel = () => {
  const pauses = useQuery(scopePausesQuery());
  return (
    <Panel
      title="Pauses"
      about="Of an agent, a graph or everything"
      actions={
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          onClick={() => stopDialog.set({})}
        >
          Pause everything…
        </Button>
      }
    >
      {pauses.isPending && <ListSkeleton rows={1} height={72} />}
      {pauses.error && <ErrorPanel error={pauses.error} onRetry={() => void pauses.refetch()} />}
      {pauses.data?.length === 0 && <Nothing>No pause is in force: what is launched starts.</Nothing>}
      {pauses.data?.map((pause) => (
        <PauseCard key={pause.pause_id} pause={pause} />
      ))}
    </Panel>
  );
};

const NEW_RUNS = { queue: 'wait', reject: 'are refused', redirect: 'go to another agent' } as const;

const PauseCard = ({ pause }: { pause: ScopePause }) => {
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => resumeScope(pause.pause_id),
    onSuccess: () => queries.invalidateQueries(),
    onError: notifyFailure('The pause was not ended'),
  });
  return (
    <section className={`hp-panel ${classes['pause']}`} aria-label={`Pause of ${scopeWords(pause.scope)}`}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes['said']}>
          <Group gap="sm">
            <Pill tone="violet" icon={IconPlayerPause} label={pause.window_id ? 'Pause window' : 'Paused'} />
            <Text fw={600} className="hp-text">
              {scopeWords(pause.scope)}
            </Text>
          </Group>
          <Text size="sm" className="hp-text" mt={6}>
            “{pause.reason}”
          </Text>
          <Text size="sm" className="hp-soft hp-text">
            {pause.requested_by}, <Ago at={pause.requested_at} />
          </Text>
        </div>
        <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
          Let it go on
        </Button>
      </Group>
      <DrainProgress pause={pause} />
    </section>
  );
};

/** How many of the runs that were at work have reached a safe point. */
const DrainProgress = ({ pause }: { pause: ScopePause }) => {
  const { draining = 0, paused = 0, held = 0 } = pause.runs ?? {};
  const all = draining + paused;
  return (
    <div className={classes['drain']}>
      <Text size="sm" role="status">
        {all === 0 ? (
          'Nothing was running'
        ) : (
          <>
            <strong>
              {paused} of {all}
            </strong>{' '}
            reached a safe point
          </>
        )}
        {' · '}
        {held.toLocaleString()} waiting to start
        <span className="hp-soft"> (new runs {NEW_RUNS[pause.new_runs]})</span>
      </Text>
      {all > 0 && (
        <Progress
          value={(paused / all) * 100}
          color={draining > 0 ? 'yellow' : 'green'}
          aria-label="Reached a safe point"
          mt={6}
        />
      )}
    </div>
  );
};
