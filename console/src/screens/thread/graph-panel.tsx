import { Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { agentQuery } from '../../api/agent-queries.ts';
import { graphQuery, historyQuery, type Graph } from '../../api/thread-queries.ts';
import { Clamped } from '../../parts/clamped.tsx';
import { lazily } from '../../parts/lazily.tsx';
import { TextLink } from '../../parts/link-button.tsx';
import type { LifecycleState } from '../../parts/status.tsx';
import { looksOf, type Looks } from './node-looks.ts';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';

const GraphPicture = lazily(async () => (await import('./graph-picture.tsx')).GraphPicture);

interface Props {
  threadId: string;
  assistantId: string | undefined;
  state: LifecycleState | null;
}

/** Where in its graph the thread is: a picture, and the same in words for those who cannot see it. */
export const GraphPanel = ({ threadId, assistantId, state }: Props) => {
  const graph = useQuery(graphQuery(assistantId));
  const history = useInfiniteQuery(historyQuery(threadId));
  if (assistantId === undefined || graph.isError) return null;
  const states = history.data?.pages.flatMap((page) => page.states) ?? [];
  const looks = looksOf(states, state);
  return (
    <section className="hp-panel" aria-label="Graph">
      <About assistantId={assistantId} />
      <div className={classes['graph']} aria-hidden>
        <Suspense fallback={<Skeleton height="100%" />}>
          {graph.data ? <GraphPicture graph={graph.data} looks={looks} /> : <Skeleton height="100%" />}
        </Suspense>
      </div>
      {graph.data && <NodeList graph={graph.data} looks={looks} />}
    </section>
  );
};

/** Whose graph it is, and what that is for. */
const About = ({ assistantId }: { assistantId: string }) => {
  const { data: agent } = useQuery(agentQuery(assistantId));
  return (
    <div className={classes['about-graph']}>
      <TextLink to="/agents" search={{ agent: assistantId }} fw={600} className="hp-text">
        {agent?.name ?? '…'}
      </TextLink>
      {agent?.description && (
        <Text component="div" size="sm" className="hp-soft">
          <Clamped>{agent.description}</Clamped>
        </Text>
      )}
    </div>
  );
};

const NodeList = ({ graph, looks }: { graph: Graph; looks: Looks }) => (
  <div className="hp-sr">
    <PanelTitle>Nodes of the graph</PanelTitle>
    <ul>
      {graph.nodes.map((node) => {
        const id = String(node['id']);
        return (
          <li key={id}>
            {id}: {looks[id] ?? 'not reached'}
          </li>
        );
      })}
    </ul>
  </div>
);
