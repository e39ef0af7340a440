import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Run, ThreadShown } from '../../api/thread-queries.ts';
import { stopDialog } from '../../app/dialogs.ts';
import { useKeys, type KeyBinding } from '../../keys/keys.ts';
import { KeyHint } from '../../parts/key-hint.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Status, type LifecycleState } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { ResumeDialog } from './resume-dialog.tsx';

type Doing = 'pause' | 'resume' | 'fork' | null;

const CAN_PAUSE: LifecycleState[] = ['queued', 'running'];
const CAN_RESUME: LifecycleState[] = ['paused', 'stopped'];
const CAN_STOP: LifecycleState[] = ['queued', 'running', 'draining', 'paused'];

/** Which thread it is, how it stands, and what can be done about it. */
export const ThreadHeader = ({ thread, run }: { thread: ThreadShown; run: Run | undefined }) => {
  const { thread_id: threadId, lifecycle } = thread;
  const [doing, setDoing] = useState<Doing>(null);
  const state = lifecycle?.state;
  const can = (states: LifecycleState[]): boolean => state !== undefined && states.includes(state);
  const actions: Action[] = [
    { name: 'Pause at next step', key: 'p', enabled: can(CAN_PAUSE), run: () => setDoing('pause') },
    { name: 'Resume…', key: 'u', enabled: can(CAN_RESUME), run: () => setDoing('resume') },
    { name: 'Fork…', key: 'f', enabled: run !== undefined, run: () => setDoing('fork') },
  ];
  useActionKeys(actions);
  const close = (): void => setDoing(null);
  return (
    <>
      <PageTitle
        title={`Thread ${threadId.slice(0, 8)}`}
        about={
          <Group component="span" gap="xs">
            <Status state={state ?? null} />
            <span>{nameOf(thread)}</span>
            {lifecycle && <Ago at={lifecycle.since} />}
          </Group>
        }
      >
        {actions.map((action) => (
          <ActionButton key={action.key} action={action} />
        ))}
        <Button
          variant="default"
          c={can(CAN_STOP) ? 'var(--hp-red-fg)' : undefined}
          disabled={!can(CAN_STOP)}
          onClick={() => stopDialog.set({ threadId })}
        >
          Stop…
        </Button>
      </PageTitle>
      {doing === 'pause' && <PauseDialog threadId={threadId} onClose={close} />}
      {doing === 'resume' && (
        <ResumeDialog threadId={threadId} stopped={state === 'stopped'} onClose={close} />
      )}
      {doing === 'fork' && run && (
        <ForkDialog threadId={threadId} assistantId={run.assistant_id} onClose={close} />
      )}
    </>
  );
};

const nameOf = ({ metadata }: Pick<ThreadShown, 'metadata'>): string => {
  const graph = metadata['graph_id'];
  return typeof graph === 'string' ? graph : '';
};

interface Action {
  name: string;
  key: string;
  enabled: boolean;
  run: () => void;
}

const useActionKeys = (actions: Action[]): void =>
  useKeys(
    actions
      .filter(({ enabled }) => enabled)
      .map(({ key, name, run }): KeyBinding => ({
        keys: key,
        label: name.replace('…', ''),
        group: 'This thread',
        run,
      })),
  );

const ActionButton = ({ action }: { action: Action }) => (
  <Button
    variant="default"
    disabled={!action.enabled}
    onClick={action.run}
    rightSection={<KeyHint keys={action.key} />}
  >
    {action.name}
  </Button>
);
