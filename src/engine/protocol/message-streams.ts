import { isRecord } from '../../model/json.ts';
import {
  cutOf,
  deltasOf,
  finishOf,
  startOf,
  wholeOf,
  type BlockEvent,
  type OpenMessage,
} from './message-blocks.ts';
import type { Unplaced } from './protocol-event.ts';

/** Turns a run's `messages` events into the message events of protocol v2. Keeps state: one per attempt. */
export interface MessageStreams {
  /** `payload` is `[message, metadata]`, with the message as it is written on the wire. */
  add(namespace: string[], payload: unknown): Unplaced[];
  /** The work under `namespace` is done, and with it every message that came from there. */
  finish(namespace: string[]): Unplaced[];
  /** The attempt ended in the middle. */
  cut(reason: string): Unplaced[];
}

/** Who says it, by the type of the message. Results of tools are on the `tools` channel and in the values. */
const ROLES = ['ai', 'human', 'system'] as const;

export const createMessageStreams = (): MessageStreams => {
  const open = new Map<string, OpenMessage>();
  const done = new Set<string>();

  const end = (message: OpenMessage, events: BlockEvent[]): Unplaced[] => {
    open.delete(message.id);
    done.add(message.id);
    return events.map((event) => asEvent(message, event));
  };
  return {
    add: (lineNamespace, payload) => {
      const [message, metadata] = Array.isArray(payload) ? (payload as unknown[]) : [];
      if (!isRecord(message) || typeof message['id'] !== 'string' || done.has(message['id'])) return [];
      const role = ROLES.find((one) => one === message['type']);
      if (role === undefined) return [];
      const known = open.get(message['id']);
      const current = known ?? newMessage(message['id'], placeOf(lineNamespace, metadata));
      const started = known ? [] : [startOf(current, role)];
      if (!('tool_call_chunks' in message)) {
        // Complete where it was streamed already: that was all of it.
        return end(current, known ? finishOf(known) : [...started, ...wholeOf(current, message)]);
      }
      open.set(current.id, current);
      return [...started, ...deltasOf(current, message)].map((event) => asEvent(current, event));
    },
    finish: (namespace) =>
      [...open.values()]
        .filter((message) => namespace.every((segment, index) => message.namespace[index] === segment))
        .flatMap((message) => end(message, finishOf(message))),
    cut: (reason) => [...open.values()].flatMap((message) => end(message, [cutOf(message, reason)])),
  };
};

const asEvent = ({ namespace, node }: OpenMessage, data: BlockEvent): Unplaced => ({
  method: 'messages',
  namespace,
  node,
  data,
});

const newMessage = (id: string, place: Pick<OpenMessage, 'namespace' | 'node'>): OpenMessage => ({
  id,
  ...place,
  blocks: new Map(),
  usage: undefined,
  responseMetadata: {},
});

/** The namespace of the node that speaks, also where the run did not stream its subgraphs. */
const placeOf = (lineNamespace: string[], metadata: unknown): Pick<OpenMessage, 'namespace' | 'node'> => {
  if (!isRecord(metadata)) return { namespace: lineNamespace, node: undefined };
  const { langgraph_checkpoint_ns: ns, langgraph_node: node } = metadata;
  return {
    namespace:
      lineNamespace.length === 0 && typeof ns === 'string' && ns !== '' ? ns.split('|') : lineNamespace,
    node: typeof node === 'string' ? node : undefined,
  };
};
