import { Button, Code, Group, Modal, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { pauseScope, stopNow, type ScopeAsk, type StopScope } from '../api/actions.ts';
import { overviewQuery } from '../api/queries.ts';
import { useStore } from '../api/store.ts';
import { useKeys } from '../api/use-keys.ts';
import { ErrorPanel } from '../parts/error-panel.tsx';
import { notifyDone } from '../parts/notify.tsx';
import { submitOnCtrlEnter } from '../parts/submit-key.ts';
import { stopDialog, type StopTarget } from './dialogs.ts';

/** From any screen: pause or stop a thread, an agent or everything. */
export const StopDialog = () => {
  const target = useStore(stopDialog);
  return (
    <Modal opened={target !== null} onClose={() => stopDialog.set(null)} title="Emergency stop" size="lg">
      {target && <StopForm target={target} />}
    </Modal>
  );
};

type Breadth = 'thread' | 'agent' | 'all';
type Hardness = 'pause' | 'stop';

const WORD = 'STOP';

const StopForm = ({ target }: { target: StopTarget }) => {
  const [breadth, setBreadth] = useState<Breadth>(target.threadId === undefined ? 'all' : 'thread');
  const [hardness, setHardness] = useState<Hardness>('pause');
  const [reason, setReason] = useState('');
  const [word, setWord] = useState('');
  const act = useStop();
  const ready = reason.trim() !== '' && (hardness === 'pause' || word === WORD);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) act.mutate({ scope: scopeOf(breadth, target), hardness, reason: reason.trim() });
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack gap="md">
        <BreadthChoice target={target} value={breadth} onChange={setBreadth} />
        <HardnessChoice value={hardness} onChange={setHardness} />
        {breadth === 'all' && <Affected />}
        <Textarea
          label="Reason"
          description="Everybody sees it, and it stays in the session log"
          required
          data-autofocus
          autosize
          maxLength={2000}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {hardness === 'stop' && (
          <TextInput
            label={
              <>
                Type <Code>{WORD}</Code> to confirm
              </>
            }
            autoComplete="off"
            value={word}
            onChange={({ currentTarget }) => setWord(currentTarget.value)}
          />
        )}
        {act.error && <ErrorPanel error={act.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => stopDialog.set(null)}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={hardness === 'stop' ? 'red' : undefined}
            disabled={!ready}
            loading={act.isPending}
          >
            {hardness === 'stop' ? 'Stop now' : 'Pause at the next step'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const scopeOf = (breadth: Breadth, { threadId, agent }: StopTarget): StopScope => {
  if (breadth === 'thread' && threadId !== undefined) return { thread_id: threadId };
  if (breadth === 'agent' && agent) return { assistant_id: agent.id };
  return { all: true };
};

const useStop = () => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const keyOf = useKeys();
  return useMutation({
    mutationFn: async ({ hardness, ...asked }: ScopeAsk & { hardness: Hardness }) => {
      const key = keyOf({ hardness, ...asked });
      if (hardness === 'stop') return (await stopNow(asked, key)).stop_id;
      await pauseScope(asked, key);
      return undefined;
    },
    onSuccess: async (stopId) => {
      stopDialog.set(null);
      await queries.invalidateQueries();
      if (stopId !== undefined) await navigate({ to: '/stop', search: { stop: stopId } });
      else notifyDone('Pausing', 'What runs stops at its next step; what comes waits.');
    },
  });
};

const BreadthChoice = ({
  target,
  value,
  onChange,
}: {
  target: StopTarget;
  value: Breadth;
  onChange: (breadth: Breadth) => void;
}) => {
  if (target.threadId === undefined && !target.agent) return null;
  return (
    <Radio.Group label="What" value={value} onChange={(next) => onChange(next as Breadth)}>
      <Stack gap={6} mt={6}>
        {target.threadId !== undefined && (
          <Radio value="thread" label={`This thread (${target.threadId.slice(0, 8)})`} />
        )}
        {target.agent && <Radio value="agent" label={`This agent (${target.agent.name})`} />}
        <Radio value="all" label="Everything" />
      </Stack>
    </Radio.Group>
  );
};

const HardnessChoice = ({ value, onChange }: { value: Hardness; onChange: (hardness: Hardness) => void }) => (
  <Radio.Group label="How" value={value} onChange={(next) => onChange(next as Hardness)}>
    <Stack gap="xs" mt={6}>
      <Radio
        value="pause"
        label="Pause at the next step"
        description="The step in flight finishes and is stored and verified. Nothing is lost; new runs wait."
      />
      <Radio
        value="stop"
        label="Stop now"
        description="Steps in flight are aborted; what a tool was doing outside may be half done. Nothing starts until the release."
      />
    </Stack>
  </Radio.Group>
);

const Affected = () => {
  const { data } = useQuery(overviewQuery());
  if (!data) return null;
  const running = data.groups['running'] ?? 0;
  return (
    <Text size="sm">
      <strong>{running}</strong> {running === 1 ? 'thread runs' : 'threads run'} now.
    </Text>
  );
};
