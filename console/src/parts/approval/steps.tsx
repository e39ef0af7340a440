import { Button, Group, Text } from '@mantine/core';
import { IconCheck, IconCircle, IconX } from '@tabler/icons-react';
import type { Verdict } from '../../api/actions.ts';
import { useKeys, type KeyBinding } from '../../keys/keys.ts';
import { visible } from '../visible-text.ts';
import classes from './approval.module.css';
import type { Held } from './question.ts';
import type { Deciding } from './use-decision.ts';

interface Props {
  held: Held[];
  deciding: Deciding;
  meant: NonNullable<KeyBinding['meant']>;
}

/** Several calls in one question: each is decided, and all are sent together. */
export const Steps = ({ held, deciding, meant }: Props) => {
  const { place, verdicts, go, send, sending, steady } = deciding;
  const decided = verdicts.filter((verdict) => verdict !== null).length;
  const sendKey = { keys: 'ctrl+Enter', label: 'Send all decisions', group: 'Approvals', run: send, meant };
  useKeys(decided === held.length && steady && !sending ? [sendKey] : []);
  return (
    <Group gap={8} role="group" aria-label="Calls of this question">
      <Text size="sm" fw={600}>
        {place + 1} of {held.length}
      </Text>
      {held.map(({ tool }, index) => (
        <button
          key={index}
          type="button"
          className={classes['step']}
          aria-current={index === place ? 'step' : undefined}
          onClick={() => go(index)}
        >
          <Mark verdict={verdicts[index] ?? null} />
          <span className="hp-line">{tool !== null && visible(tool)}</span>
        </button>
      ))}
      {decided === held.length && (
        <Button loading={sending} disabled={!steady} onClick={send} ml="auto">
          Send {decided} decisions
        </Button>
      )}
    </Group>
  );
};

const SAID = { approve: 'approve', edit: 'approve with edits', reject: 'reject', respond: 'respond' };

const Mark = ({ verdict }: { verdict: Verdict | null }) => {
  if (!verdict) return <IconCircle size={16} aria-label="Not decided" />;
  const Picture = verdict.decision === 'reject' ? IconX : IconCheck;
  return <Picture size={16} aria-label={SAID[verdict.decision]} />;
};
