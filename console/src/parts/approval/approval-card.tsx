import { Group, Stack, Text, Title } from '@mantine/core';
import { useRef } from 'react';
import type { Approval } from '../../api/queries.ts';
import { dialogInFront } from '../../keys/keys.ts';
import { TextLink } from '../link-button.tsx';
import { Markdown } from '../markdown.tsx';
import { Pill, type Tone } from '../status.tsx';
import { Ago, Until } from '../time.tsx';
import { visible } from '../visible-text.ts';
import classes from './approval.module.css';
import { Arguments } from './arguments.tsx';
import { Decide } from './decide.tsx';
import { Outcome } from './outcome.tsx';
import { heldBy, type EffectClass, type Held } from './question.ts';
import { Steps } from './steps.tsx';
import { useDecision } from './use-decision.ts';
import { Why } from './why.tsx';

interface Props {
  approval: Approval;
  /** Called when it was decided from here. */
  onDecided: () => void;
  /** Called when it was answered from here after somebody else had, or after the agent had moved on. */
  onLate?: () => void;
  /** On its thread's own screen, where the thread need not be named: its place among so many questions. */
  onThread?: { row: number; of: number };
}

/**
 * One question: what the agent wants, why, and what a person may say. Keys reach it where it is seen and no dialog is before
 * it; of several, that in which the focus is.
 */
export const ApprovalCard = ({ approval, onDecided, onLate, onThread }: Props) => {
  const card = useRef<HTMLElement>(null);
  const held = heldBy(approval);
  const deciding = useDecision({ approval, held, row: onThread?.row ?? 0, onDecided, onLate });
  const current = held[deciding.place] ?? held[0];
  if (!current) return null;
  const meant = (target: EventTarget | null): boolean => {
    if (!card.current?.checkVisibility() || dialogInFront()) return false;
    return (onThread?.of ?? 1) === 1 || (target instanceof Node && card.current.contains(target));
  };
  return (
    <article
      ref={card}
      // A click into it gives it the keys.
      tabIndex={-1}
      className={`hp-panel ${classes['card']}`}
      aria-label={`Question: ${current.tool ?? 'plain'}`}
    >
      <Stack gap="md">
        <Heading approval={approval} held={current} onThread={onThread !== undefined} />
        <Words of={approval.description === current.description ? null : approval.description} />
        {held.length > 1 && <Steps held={held} deciding={deciding} meant={meant} />}
        <Words of={current.description} />
        {deciding.mode !== 'edit' && (
          <Arguments
            held={current}
            payload={approval.payload}
            verdict={deciding.verdicts[deciding.place] ?? null}
          />
        )}
        {approval.status === 'waiting' ? (
          <Decide
            key={deciding.place}
            approval={approval}
            held={held}
            current={current}
            deciding={deciding}
            meant={meant}
          />
        ) : (
          <Outcome approval={approval} />
        )}
        <Why threadId={approval.thread_id} />
      </Stack>
    </article>
  );
};

/** What the agent says of it, if it does. */
const Words = ({ of }: { of: string | null }) => of && <Markdown text={of} />;

const EFFECTS: Record<EffectClass, { label: string; tone: Tone }> = {
  read: { label: 'Only reads', tone: 'green' },
  reversible: { label: 'Can be undone', tone: 'blue' },
  irreversible: { label: 'Cannot be undone', tone: 'red' },
};

const Heading = ({ approval, held, onThread }: { approval: Approval; held: Held; onThread: boolean }) => (
  <div>
    <Group gap="sm" align="center">
      <Title order={2} size="h3" className="hp-text">
        {held.tool === null ? 'Question' : visible(held.tool)}
      </Title>
      {held.effect && <Pill {...EFFECTS[held.effect]} />}
      {approval.status === 'waiting' && approval.expires_at !== null && (
        <Pill
          tone="amber"
          label={approval.on_expiry === 'reject' ? 'Rejected by itself ' : 'Wanted '}
          icon={undefined}
        />
      )}
      {approval.status === 'waiting' && approval.expires_at !== null && <Until at={approval.expires_at} />}
    </Group>
    <Text size="sm" className="hp-soft" mt={2}>
      {approval.graph_id} · asked <Ago at={approval.created_at} />
      {!onThread && (
        <>
          {' · '}
          <TextLink to="/threads/$threadId" params={{ threadId: approval.thread_id }} underline="always">
            thread {approval.thread_id.slice(0, 8)}
          </TextLink>
        </>
      )}
    </Text>
  </div>
);
