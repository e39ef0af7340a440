import { Stack, Text } from '@mantine/core';
import { IconRobotOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { agentQuery, schemasQuery, type Agent } from '../../api/agent-queries.ts';
import { agentsQuery } from '../../api/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { AgentSelect } from './agent-select.tsx';
import { LaunchForm } from './launch-form.tsx';

/** Starts a run: of an agent, with what its graph wants. */
export const LaunchScreen = () => {
  const agents = useQuery(agentsQuery());
  const [first] = agents.data?.items ?? [];
  return (
    <Stack gap="md">
      <PageTitle title="Launch a run" about="It starts as soon as a worker is free, and you see it run" />
      {agents.error && <ErrorPanel error={agents.error} onRetry={() => void agents.refetch()} />}
      {agents.isPending && <ListSkeleton rows={3} height={72} />}
      {agents.data && !first && <EmptyState icon={IconRobotOff} title="There is no agent to launch" />}
      {agents.data && first && <OfAgent agents={agents.data.items} first={first} />}
    </Stack>
  );
};

const OfAgent = ({ agents, first }: { agents: Agent[]; first: Agent }) => {
  const { agent: wanted, thread } = useSearch({ from: '/launch' });
  const navigate = useNavigate({ from: '/launch' });
  const choose = (id: string): void =>
    void navigate({ search: (before) => ({ ...before, agent: id }), replace: true });
  const pin = useEffectEvent(choose);
  // Whichever comes first later, the form stays that of this one.
  useEffect(() => {
    if (wanted === undefined) pin(first.assistant_id);
  }, [wanted, first.assistant_id]);
  const listed = agents.find(({ assistant_id: id }) => id === (wanted ?? first.assistant_id));
  const alone = useQuery({ ...agentQuery(wanted), enabled: listed === undefined });
  const agent = listed ?? alone.data;
  return (
    <>
      <AgentSelect agents={agents} value={agent} onChange={choose} />
      {agent && <OfSchemas key={agent.assistant_id} agentId={agent.assistant_id} thread={thread} />}
      {!agent && alone.error && <ErrorPanel error={alone.error} onRetry={() => void alone.refetch()} />}
    </>
  );
};

const OfSchemas = ({ agentId, thread }: { agentId: string; thread: string | undefined }) => {
  const schemas = useQuery(schemasQuery(agentId));
  return (
    <>
      {schemas.error && <ErrorPanel error={schemas.error} onRetry={() => void schemas.refetch()} />}
      {schemas.isPending ? (
        <>
          <Text size="sm" className="hp-soft" role="status">
            Reading what the graph takes. The first time, this may take a while.
          </Text>
          <ListSkeleton rows={3} height={72} />
        </>
      ) : (
        <LaunchForm agentId={agentId} schemas={schemas.data} thread={thread} />
      )}
    </>
  );
};
