import { Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Stop } from '../../api/queries.ts';
import { releasedStopsQuery } from '../../api/stop-queries.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { TextLink } from '../../parts/link-button.tsx';
import { Ago } from '../../parts/time.tsx';

/** Stops that were lifted, except the one that is shown in full. */
export const PastStops = ({ shown }: { shown: string | undefined }) => {
  const { data } = useQuery(releasedStopsQuery());
  const past = data?.filter(({ stop_id: id }) => id !== shown) ?? [];
  if (past.length === 0) return null;
  return (
    <Stack gap="xs" mt="md">
      <Title order={2} size="h4">
        Before
      </Title>
      <Table.ScrollContainer minWidth={560} className="hp-panel">
        <Table verticalSpacing="xs" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>Why</Table.Th>
              <Table.Th>Runs</Table.Th>
              <Table.Th>Released</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {past.map((stop) => (
              <Row key={stop.stop_id} stop={stop} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
};

const Row = ({ stop }: { stop: Stop }) => (
  <Table.Tr>
    <Table.Td>
      <TextLink to="/stop" search={{ stop: stop.stop_id }}>
        {scopeWords(stop.scope)}
      </TextLink>
    </Table.Td>
    <Table.Td>
      <Text size="sm" className="hp-text">
        {stop.requested_by}: “{stop.reason}”
      </Text>
    </Table.Td>
    <Table.Td>{stop.runs.length}</Table.Td>
    <Table.Td>
      <Text size="sm" className="hp-text">
        {stop.released_by}, {stop.released_at !== null && <Ago at={stop.released_at} />}
      </Text>
    </Table.Td>
  </Table.Tr>
);
