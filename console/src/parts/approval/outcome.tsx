import { Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { Approval } from '../../api/queries.ts';
import { Notice } from '../notice.tsx';
import { Ago } from '../time.tsx';

const SAID: Record<string, string> = {
  approve: 'approved',
  edit: 'approved it with edits',
  reject: 'rejected',
  respond: 'answered',
};

/** What became of a question that does not wait any more. */
export const Outcome = ({ approval }: { approval: Approval }) => {
  const { decision } = approval;
  if (!decision)
    return (
      <Notice icon={<IconInfoCircle />} title="It moved on">
        <Text size="sm">The agent does not ask this any more, so it cannot be decided.</Text>
      </Notice>
    );
  const said = (decision.decisions ?? []).map(({ decision: kind }) => SAID[String(kind)] ?? String(kind));
  return (
    <Notice icon={<IconInfoCircle />} title="Decided" role="status">
      <Text size="sm" className="hp-text">
        <strong>{decision.decided_by}</strong> {said.length > 0 ? said.join(', ') : 'answered'}{' '}
        <Ago at={decision.decided_at} />
        {VIA[decision.via]}.
      </Text>
    </Notice>
  );
};

const VIA: Record<string, string> = {
  wire: ', through the LangGraph API',
  remembered: ', by a remembered decision',
  expiry: ', because the deadline passed',
};
