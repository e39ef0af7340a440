import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRobotOff, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import type { Agent } from '../../api/agent-queries.ts';
import { agentsQuery } from '../../api/queries.ts';
import type { AgentsParams } from '../../app/search-params.ts';
import { useKeys } from '../../keys/keys.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { AgentList } from './agent-list.tsx';
import { AgentPanel } from './agent-panel.tsx';
import classes from './agents.module.css';
import { NewAgentDialog } from './new-agent-dialog.tsx';

/** Assistants: graphs with their configuration, in versions. */
export const AgentsScreen = () => {
  const agents = useQuery(agentsQuery());
  const [making, { open, close }] = useDisclosure();
  const change = useChange();
  const items = agents.data?.items ?? [];
  return (
    <Stack gap="md">
      <PageTitle title="Agents" about="Assistants: a graph and its configuration, in versions">
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New agent…
        </Button>
      </PageTitle>
      {agents.error && <ErrorPanel error={agents.error} onRetry={() => void agents.refetch()} />}
      {agents.isPending && <ListSkeleton />}
      {agents.data && items.length === 0 && <EmptyState icon={IconRobotOff} title="There is no agent" />}
      {items.length > 0 && <ListAndFront agents={items} />}
      {making && (
        <NewAgentDialog
          graphs={[...new Set(items.map(({ graph_id: graph }) => graph))]}
          onMade={(id) => change({ agent: id, q: undefined, tab: undefined })}
          onClose={close}
        />
      )}
    </Stack>
  );
};

const useChange = () => {
  const navigate = useNavigate({ from: '/agents' });
  return (changes: AgentsParams): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
};

const ListAndFront = ({ agents }: { agents: Agent[] }) => {
  const { agent: wanted, q = '', tab = 'versions' } = useSearch({ from: '/agents' });
  const change = useChange();
  const matching = agents.filter((agent) => says(agent, q.toLowerCase()));
  const chosen = agents.find(({ assistant_id: id }) => id === wanted);
  const shown = chosen ?? matching[0];
  return (
    <div className={classes['split']} data-open={chosen !== undefined || undefined}>
      <Stack gap="sm" className={classes['side']}>
        <Filter value={q} onChange={(text) => change({ q: text === '' ? undefined : text })} />
        <AgentList agents={matching} current={shown?.assistant_id} />
      </Stack>
      {shown && (
        <div className={classes['front']}>
          <Group hiddenFrom="sm" mb="sm">
            <Button variant="subtle" size="xs" onClick={() => change({ agent: undefined })}>
              ← All agents
            </Button>
          </Group>
          <AgentPanel
            key={shown.assistant_id}
            agent={shown}
            tab={tab}
            onTab={(next) => change({ agent: shown.assistant_id, tab: next })}
          />
        </div>
      )}
    </div>
  );
};

const says = (agent: { name: string; graph_id: string; description: string | null }, q: string): boolean =>
  [agent.name, agent.graph_id, agent.description ?? ''].some((text) => text.toLowerCase().includes(q));

const Filter = ({ value, onChange }: { value: string; onChange: (q: string) => void }) => {
  const field = useRef<HTMLInputElement>(null);
  useKeys([{ keys: '/', label: 'Filter', group: 'Lists', run: () => field.current?.focus() }]);
  return (
    <TextInput
      ref={field}
      aria-label="Filter by name, graph or description"
      placeholder="Name, graph or description"
      leftSection={<IconSearch size={16} />}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
};
