import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { waitingQuery, type WaitingThread } from '../../api/control-queries.ts';
import { conditionWords } from '../../parts/condition-words.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { LinkButton, TextLink } from '../../parts/link-button.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { Nothing, Panel } from './panel.tsx';

/** Threads that go on by themselves when something happens. */
export const WaitingPanel = () => {
  const waiting = useQuery(waitingQuery());
  const { items = [], total = 0 } = waiting.data ?? {};
  return (
    <Panel title="Waiting for a condition" about="They go on by themselves; by hand they always may">
      {waiting.isPending && <ListSkeleton rows={2} height={44} />}
      {waiting.error && <ErrorPanel error={waiting.error} onRetry={() => void waiting.refetch()} />}
      {waiting.data && items.length === 0 && (
        <Nothing>No paused thread waits for an event or a time.</Nothing>
      )}
      {items.length > 0 && (
        <Table.ScrollContainer minWidth={640} className="hp-panel">
          <Table verticalSpacing="xs" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Thread</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Paused because</Table.Th>
                <Table.Th miw={160}>Goes on when</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((thread) => (
                <Row key={thread.pause_id} thread={thread} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {total > items.length && (
        <TextLink to="/" search={{ group: 'paused' }} size="sm">
          {total.toLocaleString()} wait in all: see all that are paused
        </TextLink>
      )}
    </Panel>
  );
};

const Row = ({ thread }: { thread: WaitingThread }) => (
  <Table.Tr>
    <Table.Td>
      <TextLink to="/threads/$threadId" params={{ threadId: thread.thread_id }} className="hp-mono">
        {thread.thread_id.slice(0, 8)}
      </TextLink>
    </Table.Td>
    <Table.Td>
      <Status state={thread.state === 'draining' ? 'draining' : 'paused'} />
    </Table.Td>
    <Table.Td>
      <Text size="sm" className="hp-text">
        {thread.reason}
      </Text>
      <Text size="xs" className="hp-soft">
        <Ago at={thread.requested_at} />
      </Text>
    </Table.Td>
    <Table.Td>
      <Text size="sm" className="hp-text">
        {conditionWords(thread.resume_when)}
      </Text>
    </Table.Td>
    <Table.Td ta="right">
      <LinkButton
        to="/threads/$threadId"
        params={{ threadId: thread.thread_id }}
        variant="default"
        size="xs"
        aria-label={`Open thread ${thread.thread_id.slice(0, 8)}`}
      >
        Open
      </LinkButton>
    </Table.Td>
  </Table.Tr>
);
