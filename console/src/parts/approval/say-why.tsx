import { Button, Group, Stack, Switch, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { submitOnCtrlEnter } from '../submit-key.ts';
import type { Held } from './question.ts';
import type { Deciding } from './use-decision.ts';

const Buttons = ({
  deciding,
  label,
  color,
  ready,
}: {
  deciding: Deciding;
  label: string;
  color?: string;
  ready: boolean;
}) => (
  <Group gap="sm">
    <Button type="submit" color={color} disabled={!ready} loading={deciding.sending}>
      {label}
    </Button>
    <Button variant="default" onClick={() => deciding.setMode(null)}>
      Back
    </Button>
  </Group>
);

/** Rejecting wants a reason: the agent reads it. */
export const Rejection = ({ deciding, last }: { deciding: Deciding; last: boolean }) => {
  const [reason, setReason] = useState('');
  const ready = reason.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) deciding.say({ decision: 'reject', message: reason.trim() });
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack gap="sm">
        <Textarea
          label="Why not"
          description="The agent is told this, and it stays in the session log"
          required
          autoFocus
          autosize
          minRows={2}
          maxLength={20_000}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Buttons deciding={deciding} label={last ? 'Reject' : 'Reject this call'} color="red" ready={ready} />
      </Stack>
    </form>
  );
};

const parsed = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

/** Answers in the place of the tool, or answers a plain question, whose answer may be any JSON value. */
export const Answer = ({ held, deciding }: { held: Held; deciding: Deciding }) => {
  const [text, setText] = useState('');
  const [asJson, setAsJson] = useState(false);
  const value = asJson ? parsed(text) : { value: text };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!value) return;
    deciding.say(
      held.tool === null
        ? { decision: 'respond', answer: value.value }
        : { decision: 'respond', message: text },
    );
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack gap="sm">
        <Textarea
          label="Answer"
          description={
            held.tool === null
              ? undefined
              : 'The agent takes it for what the tool answered; the tool does not run'
          }
          required={held.tool !== null}
          autoFocus
          autosize
          minRows={2}
          maxLength={20_000}
          value={text}
          error={asJson && text !== '' && !value ? 'This is not JSON' : undefined}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        {held.tool === null && (
          <Switch
            label="It is JSON: a number, true or false, null, a list, an object"
            checked={asJson}
            onChange={({ currentTarget }) => setAsJson(currentTarget.checked)}
          />
        )}
        <Buttons
          deciding={deciding}
          label="Send the answer"
          ready={value !== undefined && (held.tool === null || text.trim() !== '')}
        />
      </Stack>
    </form>
  );
};
