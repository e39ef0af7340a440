import { Button, Group, Tabs, Text, Title } from '@mantine/core';
import { IconPlayerStopFilled, IconRocket } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Agent } from '../../api/agent-queries.ts';
import { inFront, stopDialog } from '../../app/dialogs.ts';
import { AGENT_TABS } from '../../app/search-params.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { ShortId } from '../../parts/short-id.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { AgentSettings } from './agent-settings.tsx';
import classes from './agents.module.css';
import { Schemas } from './schemas.tsx';
import { Versions } from './versions.tsx';

type Tab = (typeof AGENT_TABS)[number];

const LABELS: Record<Tab, string> = { versions: 'Versions', settings: 'Settings', schemas: 'Schemas' };

interface Props {
  agent: Agent;
  tab: Tab;
  onTab: (tab: Tab) => void;
}

/** One agent: its versions, its settings, and what its graph takes and gives. */
export const AgentPanel = ({ agent, tab, onTab }: Props) => {
  const target = { agent: { id: agent.assistant_id, name: agent.name } };
  useEffect(() => {
    inFront.set({ agent: { id: agent.assistant_id, name: agent.name } });
    return () => inFront.set({});
  }, [agent.assistant_id, agent.name]);
  return (
    <section className={`hp-panel ${classes['panel']}`} aria-label={agent.name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Said agent={agent} />
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconPlayerStopFilled size={15} aria-hidden />}
            onClick={() => stopDialog.set(target)}
          >
            Pause or stop…
          </Button>
          <LinkButton
            to="/launch"
            search={{ agent: agent.assistant_id }}
            leftSection={<IconRocket size={16} aria-hidden />}
          >
            Launch
          </LinkButton>
        </Group>
      </Group>
      <Tabs value={tab} onChange={(next) => onTab((next ?? 'versions') as Tab)} mt="md" keepMounted={false}>
        <Tabs.List>
          {AGENT_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {LABELS[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="versions" pt="md">
          <Versions agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <AgentSettings agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="schemas" pt="md">
          <Schemas agent={agent} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
};

const Said = ({ agent }: { agent: Agent }) => (
  <div className={classes['said']}>
    <Group gap="sm">
      <Title order={2} size="h3" className="hp-text">
        {agent.name}
      </Title>
      <Pill tone="blue" label={`Version ${agent.version}`} />
    </Group>
    {agent.description && (
      <Text className="hp-text" mt={4}>
        {agent.description}
      </Text>
    )}
    <Group gap={6} mt={6} className="hp-soft">
      <Text size="sm">
        Graph <span className="hp-mono">{agent.graph_id}</span>, changed <Ago at={agent.updated_at} />
      </Text>
      <ShortId id={agent.assistant_id} />
    </Group>
  </div>
);
