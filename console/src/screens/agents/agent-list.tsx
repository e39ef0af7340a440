import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Agent } from '../../api/agent-queries.ts';
import classes from './agents.module.css';

interface Props {
  agents: Agent[];
  current: string | undefined;
}

export const AgentList = ({ agents, current }: Props) => {
  if (agents.length === 0)
    return (
      <Text size="sm" className="hp-panel hp-soft" p="md">
        No agent is like that.
      </Text>
    );
  return (
    <nav className={`hp-panel ${classes['list']}`} aria-label="Agents">
      {agents.map((agent) => (
        <Link
          key={agent.assistant_id}
          from="/agents"
          to="/agents"
          search={(before) => ({ ...before, agent: agent.assistant_id })}
          className={classes['row']}
          aria-current={agent.assistant_id === current ? 'true' : undefined}
        >
          <span className={`hp-line ${classes['name']}`}>{agent.name}</span>
          <span className={classes['version']}>v{agent.version}</span>
          <span className={`hp-line ${classes['about']}`}>
            {agent.description ?? (agent.name === agent.graph_id ? 'The graph as it is' : agent.graph_id)}
          </span>
        </Link>
      ))}
    </nav>
  );
};
