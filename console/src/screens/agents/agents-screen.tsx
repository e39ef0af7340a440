import { Stack, Table, Text } from '@mantine/core';
import { IconRobotOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { agentsQuery } from '../../api/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Ago } from '../../parts/time.tsx';

/** Assistants: graphs with their configuration. */
export const AgentsScreen = () => {
  const agents = useQuery(agentsQuery());
  return (
    <Stack gap="md">
      <PageTitle title="Agents" about="Assistants: a graph and its configuration, in versions" />
      {agents.error && <ErrorPanel error={agents.error} onRetry={() => void agents.refetch()} />}
      {agents.isPending && <ListSkeleton />}
      {agents.data?.items.length === 0 && <EmptyState icon={IconRobotOff} title="There is no assistant" />}
      {agents.data && agents.data.items.length > 0 && (
        <Table.ScrollContainer minWidth={560} className="hp-panel">
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Graph</Table.Th>
                <Table.Th>Version</Table.Th>
                <Table.Th>Changed</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {agents.data.items.map((agent) => (
                <Table.Tr key={agent.assistant_id}>
                  <Table.Td>
                    <Text fw={600} className="hp-text">
                      {agent.name}
                    </Text>
                    <Text size="sm" className="hp-soft hp-text">
                      {agent.description}
                    </Text>
                  </Table.Td>
                  <Table.Td className="hp-mono">{agent.graph_id}</Table.Td>
                  <Table.Td>{agent.version}</Table.Td>
                  <Table.Td>
                    <Ago at={agent.updated_at} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <LinkButton
                      to="/launch"
                      search={{ agent: agent.assistant_id }}
                      variant="default"
                      size="xs"
                    >
                      Launch
                    </LinkButton>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
};
