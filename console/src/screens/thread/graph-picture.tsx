import { Graph as Layout, layout } from '@dagrejs/dagre';
import { useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconHandStop, IconLoader2, IconPlayerPause, IconX, type Icon } from '@tabler/icons-react';
import {
  BaseEdge,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo } from 'react';
import type { Graph } from '../../api/thread-queries.ts';
import type { Look, Looks } from './node-looks.ts';
import classes from './thread.module.css';

const HEIGHT = 38;

interface Placed {
  id: string;
  x: number;
  y: number;
  width: number;
}

interface Drawing {
  nodes: Placed[];
  edges: Edge[];
}

/** Where everything goes, top to bottom. */
const draw = (graph: Graph): Drawing => {
  const plan = new Layout();
  plan.setGraph({ rankdir: 'TB', nodesep: 34, ranksep: 46, marginx: 10, marginy: 10 });
  plan.setDefaultEdgeLabel(() => ({}));
  const ids = graph.nodes.map((node) => String(node['id']));
  for (const id of ids)
    plan.setNode(id, { width: Math.min(260, 60 + label(id).length * 8.5), height: HEIGHT });
  for (const edge of graph.edges) plan.setEdge(String(edge['source']), String(edge['target']));
  layout(plan);
  return {
    nodes: ids.map((id) => {
      const { x = 0, y = 0, width = 0 } = plan.node(id) as Partial<Placed>;
      return { id, x: x - width / 2, y: y - HEIGHT / 2, width };
    }),
    edges: graph.edges.map((edge, index) => ({
      id: String(index),
      type: 'way',
      focusable: false,
      source: String(edge['source']),
      target: String(edge['target']),
      data: { points: wayOf(plan, edge) },
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: 'var(--hp-line-strong)' },
      style: {
        stroke: 'var(--hp-line-strong)',
        strokeWidth: 1.5,
        ...(edge['conditional'] === true && { strokeDasharray: '5 4' }),
      },
    })),
  };
};

interface Point {
  x: number;
  y: number;
}

/** The way an edge takes around the nodes. */
const wayOf = (plan: Layout, edge: Graph['edges'][number]): Point[] => {
  const { points = [] } = plan.edge(String(edge['source']), String(edge['target'])) as { points?: Point[] };
  return points;
};

/** A smooth line through points: curves that end half way between two of them. */
const smooth = (points: Point[]): string => {
  const [first, ...rest] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    return `Q ${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return [`M ${first.x} ${first.y}`, ...bends, `L ${last.x} ${last.y}`].join(' ');
};

const Way = ({ data, style, markerEnd }: EdgeProps<Edge<{ points: Point[] }>>) => (
  <BaseEdge path={smooth(data?.points ?? [])} {...(style && { style })} {...(markerEnd && { markerEnd })} />
);

const EDGE_TYPES = { way: Way };

const label = (id: string): string => id.replace(/^__(start|end)__$/, '$1');

type NodeData = { look: Look | undefined };

/** The graph, with where the thread has been and where it is. */
export const GraphPicture = ({ graph, looks }: { graph: Graph; looks: Looks }) => {
  const { colorScheme } = useMantineColorScheme();
  const drawing = useMemo(() => draw(graph), [graph]);
  const nodes = drawing.nodes.map(({ id, x, y, width }): Node<NodeData> => ({
    id,
    type: 'step',
    position: { x, y },
    width,
    height: HEIGHT,
    data: { look: looks[id] },
    focusable: false, // from the first picture on; the setting for all comes a moment later
  }));
  return (
    <ReactFlow
      nodes={nodes}
      edges={drawing.edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
      fitView
      fitViewOptions={{ padding: 0.12, maxZoom: 1.1 }}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnScroll={false}
      disableKeyboardA11y
      preventScrolling={false}
      proOptions={{ hideAttribution: true }}
      style={{ background: 'var(--hp-panel)' }}
    />
  );
};

const ICONS: Record<Look, Icon> = {
  visited: IconCheck,
  current: IconLoader2,
  waiting: IconHandStop,
  paused: IconPlayerPause,
  failed: IconX,
};

const Step = ({ id, data }: NodeProps<Node<NodeData>>) => {
  const Picture = data.look && ICONS[data.look];
  return (
    <div
      className={classes['node']}
      data-look={data.look}
      data-end={id.startsWith('__') || undefined}
      data-node={id}
    >
      <Handle type="target" position={Position.Top} style={HIDDEN} />
      {Picture && <Picture size={15} stroke={2} />}
      <span className="hp-line">{label(id)}</span>
      <Handle type="source" position={Position.Bottom} style={HIDDEN} />
    </div>
  );
};

const HIDDEN = { opacity: 0 };
const NODE_TYPES = { step: Step };
