import { Select, Text } from '@mantine/core';
import type { Agent } from '../../api/agent-queries.ts';

interface Props {
  agents: Agent[];
  /** Undefined: it is none of these. */
  value: Agent | undefined;
  onChange: (id: string) => void;
}

export const AgentSelect = ({ agents, value, onChange }: Props) => (
  <div>
    <Select
      label="Agent"
      maw={520}
      data={[
        ...agents,
        ...(value && !agents.some(({ assistant_id: id }) => id === value.assistant_id) ? [value] : []),
      ].map(({ assistant_id: id, name, graph_id: graph }) => ({
        value: id,
        label: name === graph ? name : `${name} (${graph})`,
      }))}
      value={value?.assistant_id ?? null}
      onChange={(id) => id !== null && onChange(id)}
      allowDeselect={false}
      searchable
    />
    {value?.description && (
      <Text size="sm" className="hp-soft hp-text" mt={6} maw={720}>
        {value.description}
      </Text>
    )}
  </div>
);
