import { Button, Group, Select, Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { launch } from '../../api/launch.ts';
import { agentsQuery } from '../../api/queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';

/** Starts a run. */
export const LaunchScreen = () => {
  const { agent: wanted, thread } = useSearch({ from: '/launch' });
  const agents = useQuery(agentsQuery());
  const navigate = useNavigate();
  const [chosen, setChosen] = useState(wanted ?? null);
  const [message, setMessage] = useState('');
  const started = useMutation({
    mutationFn: launch,
    onSuccess: ({ threadId }) => navigate({ to: '/threads/$threadId', params: { threadId } }),
  });
  const agent = chosen ?? agents.data?.items[0]?.assistant_id ?? null;
  const ready = agent !== null && message.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready)
      started.mutate({ agent, threadId: thread, input: { messages: [{ role: 'user', content: message }] } });
  };
  return (
    <Stack gap="md" maw={760}>
      <PageTitle title="Launch a run" />
      {agents.error && <ErrorPanel error={agents.error} onRetry={() => void agents.refetch()} />}
      <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
        <Stack className="hp-panel" p="lg">
          <AgentSelect agents={agents.data?.items ?? []} value={agent} onChange={setChosen} />
          <Textarea
            label="Message"
            required
            autosize
            minRows={4}
            value={message}
            onChange={({ currentTarget }) => setMessage(currentTarget.value)}
          />
          {started.error && <ErrorPanel error={started.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={started.isPending} disabled={!ready}>
              Launch
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
};

interface AgentSelectProps {
  agents: { assistant_id: string; name: string; graph_id: string }[];
  value: string | null;
  onChange: (id: string | null) => void;
}

const AgentSelect = ({ agents, value, onChange }: AgentSelectProps) => (
  <Select
    label="Agent"
    data={agents.map(({ assistant_id: id, name, graph_id: graph }) => ({
      value: id,
      label: name === graph ? name : `${name} (${graph})`,
    }))}
    value={value}
    onChange={onChange}
    allowDeselect={false}
    searchable
  />
);
