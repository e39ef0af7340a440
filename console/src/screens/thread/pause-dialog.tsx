import {
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { pauseThread } from '../../api/actions.ts';
import type { Pause } from '../../api/thread-queries.ts';
import { useKeys } from '../../api/use-keys.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { ConditionFields, conditionOf, NO_CONDITION, type ConditionDraft } from './condition-fields.tsx';

/** Asks the thread to pause at its next step, and says what it is to wait for. */
export const PauseDialog = ({ threadId, onClose }: { threadId: string; onClose: () => void }) => {
  const [pause, setPause] = useState<Pause | null>(null);
  return (
    <Modal opened onClose={onClose} title="Pause at the next step" size="lg">
      {pause?.resume_url === undefined ? (
        <PauseForm
          threadId={threadId}
          onDone={(asked) => (asked.resume_url ? setPause(asked) : onClose())}
          onCancel={onClose}
        />
      ) : (
        <ResumeUrl url={pause.resume_url} onClose={onClose} />
      )}
    </Modal>
  );
};

interface FormProps {
  threadId: string;
  onDone: (pause: Pause) => void;
  onCancel: () => void;
}

const PauseForm = ({ threadId, onDone, onCancel }: FormProps) => {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState<number | string>(2);
  const [onTimeout, setOnTimeout] = useState<'extend' | 'force'>('extend');
  const [condition, setCondition] = useState<ConditionDraft>(NO_CONDITION);
  const resumeWhen = conditionOf(condition);
  const keyOf = useKeys();
  const asked = useMutation({
    mutationFn: () => {
      const body = {
        reason: reason.trim(),
        drain_timeout_ms: Math.max(1, Math.round(Number(minutes) * 60_000)),
        on_timeout: onTimeout,
        ...(resumeWhen !== null && { resume_when: resumeWhen }),
      };
      return pauseThread(threadId, body, keyOf(body));
    },
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['thread', threadId] }),
  });
  const ready = reason.trim() !== '' && Number(minutes) > 0 && resumeWhen !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) asked.mutate();
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <Textarea
          label="Reason"
          required
          data-autofocus
          autosize
          maxLength={2000}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <ConditionFields value={condition} onChange={setCondition} />
        <Deadline minutes={minutes} onMinutes={setMinutes} onTimeout={onTimeout} onOnTimeout={setOnTimeout} />
        {asked.error && <ErrorPanel error={asked.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={asked.isPending} disabled={!ready}>
            Pause
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

interface DeadlineProps {
  minutes: number | string;
  onMinutes: (minutes: number | string) => void;
  onTimeout: 'extend' | 'force';
  onOnTimeout: (rule: 'extend' | 'force') => void;
}

const RULES = [
  { value: 'extend', label: 'Give it more time' },
  { value: 'force', label: 'Cut it (it runs again later)' },
];

const Deadline = ({ minutes, onMinutes, onTimeout, onOnTimeout }: DeadlineProps) => (
  <Group grow align="flex-end">
    <NumberInput
      label="The step may take (minutes)"
      min={0.1}
      max={1440}
      value={minutes}
      onChange={onMinutes}
    />
    <NativeSelect
      label="If it takes longer"
      data={RULES}
      value={onTimeout}
      onChange={({ currentTarget }) => onOnTimeout(currentTarget.value === 'force' ? 'force' : 'extend')}
    />
  </Group>
);

const ResumeUrl = ({ url, onClose }: { url: string; onClose: () => void }) => (
  <Stack>
    <Text size="sm">
      It is asked to pause. Whoever calls this address lets it go on; it is told only now, works once, and
      needs no key:
    </Text>
    <Code block className="hp-text">
      {url}
    </Code>
    <Group justify="flex-end">
      <CopyButton value={url}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
      <Button onClick={onClose}>Done</Button>
    </Group>
  </Stack>
);
