import { Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { graphQuery, historyQuery, type Graph } from '../../api/thread-queries.ts';
import type { LifecycleState } from '../../parts/status.tsx';
import { looksOf, type Looks } from './node-looks.ts';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';

const GraphPicture = lazy(async () => ({ default: (await import('./graph-picture.tsx')).GraphPicture }));

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
      <div className={classes['graph']} aria-hidden>
        <Suspense fallback={<Skeleton height="100%" />}>
          {graph.data ? <GraphPicture graph={graph.data} looks={looks} /> : <Skeleton height="100%" />}
        </Suspense>
      </div>
      {graph.data && <NodeList graph={graph.data} looks={looks} />}
    </section>
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
