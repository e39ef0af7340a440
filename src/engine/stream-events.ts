import { isRecord } from '../model/json.ts';
import type { StreamMode } from '../model/run.ts';
import { presentCheckpoint, presentTask } from './debug-payload.ts';
import { createMessageEvents } from './message-events.ts';
import type { StreamChunk, WireEvent } from './stream-chunk.ts';

/** The modes LangGraph has to stream for those that were asked for; `values` always, to know the final state. */
export const graphStreamModes = (modes: StreamMode[]): string[] => {
  const needed = new Set<string>(['values']);
  for (const mode of modes) {
    if (mode === 'messages-tuple') needed.add('messages');
    else if (mode !== 'events') needed.add(mode);
  }
  return [...needed];
};

/** Turns what a graph streams into the events of the modes that were asked for. Keeps state: one per attempt. */
export const createStreamEvents = (modes: StreamMode[]): ((chunk: StreamChunk) => WireEvent[]) => {
  const asked = new Set<string>(modes);
  const messageEvents = asked.has('messages') ? createMessageEvents() : undefined;
  return (chunk) => {
    const events: WireEvent[] = [];
    const { mode } = chunk;
    if (mode === 'messages') {
      if (asked.has('messages-tuple'))
        events.push({ event: named('messages', chunk.ns), payload: chunk.payload });
    } else if (asked.has(mode)) {
      events.push({ event: named(mode, chunk.ns), payload: presentPayload(mode, chunk.payload) });
    }
    if (messageEvents) events.push(...messageEvents(chunk));
    return events;
  };
};

/** `mode`, or `mode|namespace|namespace` for what a subgraph streams. */
export const named = (mode: string, ns: string[]): string => [mode, ...ns].join('|');

const presentPayload = (mode: string, payload: unknown): unknown => {
  if (!isRecord(payload)) return payload;
  if (mode === 'tasks') return presentTask(payload);
  if (mode === 'checkpoints') return presentCheckpoint(payload);
  if (mode !== 'debug' || !isRecord(payload['payload'])) return payload;
  const inner = payload['payload'];
  return {
    ...payload,
    payload: payload['type'] === 'checkpoint' ? presentCheckpoint(inner) : presentTask(inner),
  };
};
