import { Button, Group, Select, Stack, Textarea } from '@mantine/core';
import { useRef } from 'react';
import type { DecisionKind } from '../../api/actions.ts';
import { asApiError } from '../../api/errors.ts';
import type { Approval } from '../../api/queries.ts';
import { useKeys, type KeyBinding } from '../../keys/keys.ts';
import { ErrorPanel } from '../error-panel.tsx';
import { KeyHint } from '../key-hint.tsx';
import { EditCall } from './edit-call.tsx';
import { Answer, Rejection } from './say-why.tsx';
import type { Held } from './question.ts';
import { mayRemember, type Deciding, type Remember } from './use-decision.ts';

interface Props {
  approval: Approval;
  held: Held[];
  current: Held;
  deciding: Deciding;
  meant: NonNullable<KeyBinding['meant']>;
}

const BUTTONS: { kind: DecisionKind; label: string; key: string }[] = [
  { kind: 'approve', label: 'Approve', key: 'a' },
  { kind: 'edit', label: 'Edit…', key: 'e' },
  { kind: 'reject', label: 'Reject…', key: 'r' },
  { kind: 'respond', label: 'Respond…', key: 'm' },
];

/** What a person may say to the call in front. */
export const Decide = (props: Props) => {
  const { current, deciding, held, meant } = props;
  const { steady, sending } = deciding;
  const buttons = BUTTONS.filter(({ kind }) => current.allowed.includes(kind));
  const act = (kind: DecisionKind): void => {
    if (kind === 'approve') deciding.say({ decision: 'approve' });
    else deciding.setMode(kind);
  };
  useKeys(
    sending || !steady
      ? []
      : buttons.map(({ kind, label, key }): KeyBinding => ({
          keys: key,
          label: label.replace('…', ''),
          group: 'Approvals',
          run: () => act(kind),
          meant,
        })),
  );
  return (
    <Stack gap="md">
      {deciding.error !== null && <Refusal error={deciding.error} />}
      {deciding.mode === null && (
        <Group gap="sm">
          {buttons.map(({ kind, label, key }) => (
            <Button
              key={kind}
              size="md"
              variant={kind === 'approve' ? 'filled' : 'default'}
              loading={sending && kind === 'approve'}
              disabled={sending || !steady}
              rightSection={<KeyHint keys={key} />}
              onClick={() => act(kind)}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      {deciding.mode === 'edit' && <EditCall held={current} deciding={deciding} />}
      {deciding.mode === 'reject' && <Rejection deciding={deciding} last={held.length === 1} />}
      {deciding.mode === 'respond' && <Answer held={current} deciding={deciding} />}
      <Extras held={held} deciding={deciding} />
    </Stack>
  );
};

const Refusal = ({ error }: { error: unknown }) => {
  const { code } = asApiError(error);
  if (code === 'approval_already_decided') return null;
  return <ErrorPanel error={error} />;
};

const REMEMBER: { value: Remember; label: string }[] = [
  { value: 'no', label: 'Ask again next time' },
  { value: 'thread', label: 'Answer likewise on this thread' },
  { value: 'assistant', label: 'Answer likewise for this agent' },
];

const Extras = ({ held, deciding }: { held: Held[]; deciding: Deciding }) => {
  const field = useRef<HTMLTextAreaElement>(null);
  const holdsTools = held.some(({ tool }) => tool !== null);
  return (
    <Stack gap="sm">
      <Textarea
        ref={field}
        label="Extra context (optional)"
        description="Reaches the agent together with your decision"
        autosize
        minRows={1}
        maxRows={6}
        maxLength={20_000}
        value={deciding.context}
        onChange={({ currentTarget }) => deciding.setContext(currentTarget.value)}
      />
      {holdsTools && deciding.mode !== 'edit' && mayRemember(deciding.verdicts) && (
        <Select
          label="Next time this tool is called"
          data={REMEMBER}
          allowDeselect={false}
          value={deciding.remember}
          onChange={(value) => deciding.setRemember(value ?? 'no')}
          maw={360}
        />
      )}
    </Stack>
  );
};
