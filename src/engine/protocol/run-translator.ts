import { convertToProtocolEvent } from '@langchain/langgraph/web';
import { isRecord } from '../../model/json.ts';
import type { EventCursor, ValuesRef } from '../../model/run-event.ts';
import type { Run } from '../../model/run.ts';
import { STATE_WORDS } from '../../model/wire-status.ts';
import { createMessageStreams } from './message-streams.ts';
import { createNamespaces } from './namespaces.ts';
import {
  inputRequested,
  placed,
  rootLifecycle,
  type Lane,
  type ProtocolEvent,
  type Unplaced,
} from './protocol-event.ts';
import { createRetraction } from './retraction.ts';

/** A line of a run's log. `data` is JSON text; the values of a checkpoint may be missing for who does not want them. */
export interface LogLine {
  cursor: EventCursor;
  event: string;
  data: string;
  ref: ValuesRef | null;
}

/** Says a run in protocol v2, line by line, from its first one on. What it says is the same whenever it is read. */
export interface RunTranslator {
  line(line: LogLine): ProtocolEvent[];
  /** The run is at rest: `run` as it is now. */
  rest(run: Run): ProtocolEvent[];
}

export interface TranslatorOptions {
  runId: string;
  graphName: string;
  /** Before every line of the run. */
  start: EventCursor;
  /** Whether anything is wanted of a channel. What is not wanted is not worked out. */
  wants: (channel: string) => boolean;
}

type Lanes = Record<Lane, Unplaced[]>;

export const createRunTranslator = (options: TranslatorOptions): RunTranslator => new Translator(options);

class Translator implements RunTranslator {
  readonly #wants: TranslatorOptions['wants'];
  readonly #about: Record<string, unknown>;
  readonly #asked = new Set<string>();
  readonly #retraction = createRetraction();
  #namespaces = createNamespaces();
  #messages = createMessageStreams();
  #last: EventCursor;

  constructor({ runId, graphName, start, wants }: TranslatorOptions) {
    this.#wants = wants;
    this.#about = { graph_name: graphName, run_id: runId };
    this.#last = start;
  }

  line(line: LogLine): ProtocolEvent[] {
    this.#last = line.cursor;
    return inPlace(this.#lanesOf(line), line.cursor);
  }

  rest(run: Run): ProtocolEvent[] {
    const how = ENDS[run.state];
    const failure = run.failure === null ? {} : { error: run.failure.message };
    const state = STATE_WORDS[run.state].lifecycle;
    const lanes = {
      lifecycle: this.#namespaces.end(how),
      finish: how === 'failed' ? this.#messages.cut('The run failed.') : this.#messages.finish([]),
      own: [rootLifecycle(how, { ...this.#about, ...failure, state })],
    };
    // After the last line of the claim: the next claim has another fence.
    return inPlace(lanes, { fence: this.#last.fence, seq: this.#last.seq + 1 });
  }

  #lanesOf(line: LogLine): Lanes {
    const [mode = '', ...namespace] = line.event.split('|');
    if (mode === 'metadata') return this.#begin(JSON.parse(line.data));
    if (!SHOWN.has(mode)) return { lifecycle: [], finish: [], own: [] };
    const events = this.#own(mode, namespace, line);
    const nothing = mode === 'messages' || events.length === 0 || asks(events[0]);
    const seen = nothing ? [{ method: mode, namespace, data: {} }] : events;
    return {
      lifecycle: seen.flatMap((event) => this.#namespaces.see(event)),
      finish: doneBy(mode, namespace, events).flatMap((done) => this.#messages.finish(done)),
      own: events,
    };
  }

  /** A new attempt: what the one before was in the middle of was not completed by it. */
  #begin(payload: unknown): Lanes {
    const again = isRecord(payload) && Number(payload['attempt']) > 1;
    const cut = again ? this.#messages.cut('The attempt ended here. Its step is done again.') : [];
    const failed = again ? this.#namespaces.end('failed') : [];
    this.#namespaces = createNamespaces();
    this.#messages = createMessageStreams();
    this.#asked.clear();
    return {
      lifecycle: [...failed, rootLifecycle('running', this.#about)],
      finish: cut,
      own: again && this.#wants('values') ? this.#retraction.retract() : [],
    };
  }

  #own(mode: string, namespace: string[], line: LogLine): Unplaced[] {
    if (mode === 'values') return this.#values(namespace, line);
    if (mode === 'messages') return this.#wants('messages') ? this.#streamed(namespace, line) : [];
    const payload: unknown = JSON.parse(line.data);
    if (mode === 'updates' && isRecord(payload) && '__interrupt__' in payload)
      return this.#questions(namespace, payload['__interrupt__']);
    return converted(namespace, mode, payload);
  }

  #streamed(namespace: string[], { data }: LogLine): Unplaced[] {
    const events = this.#messages.add(namespace, JSON.parse(data));
    this.#retraction.streamed(events);
    return events;
  }

  #values(namespace: string[], { data, ref }: LogLine): Unplaced[] {
    const payload: unknown = JSON.parse(data);
    if (ref || !isRecord(payload) || !('__interrupt__' in payload)) {
      if (namespace.length === 0) this.#retraction.committed(payload);
      return [...checkpointOf(namespace, ref), { method: 'values', namespace, data: payload }];
    }
    const { __interrupt__: interrupts, ...rest } = payload;
    const shown = Object.keys(rest).length > 0 ? [{ method: 'values', namespace, data: rest }] : [];
    return [...shown, ...this.#questions(namespace, interrupts)];
  }

  #questions(namespace: string[], interrupts: unknown): Unplaced[] {
    return (Array.isArray(interrupts) ? interrupts : []).filter(isRecord).flatMap(({ id, value }) => {
      if (typeof id !== 'string' || this.#asked.has(id)) return [];
      this.#asked.add(id);
      return [inputRequested(namespace, id, value)];
    });
  }
}

const inPlace = (lanes: Lanes, cursor: EventCursor): ProtocolEvent[] =>
  (['lifecycle', 'finish', 'own'] as const).flatMap((lane) => placed(lanes[lane], cursor, lane));

/** How a run at rest looks: what can still go on, and what a person stopped, is interrupted and not done. */
const ENDS = {
  pending: 'interrupted',
  running: 'interrupted',
  pausing: 'interrupted',
  paused: 'interrupted',
  interrupted: 'interrupted',
  stopped: 'interrupted',
  cancelled: 'interrupted',
  success: 'completed',
  error: 'failed',
  timeout: 'failed',
} as const satisfies Record<Run['state'], string>;

/** Modes of which LangGraph itself knows what they are in the protocol. */
const CONVERTED = new Set(['updates', 'tools', 'custom', 'tasks']);
const SHOWN = new Set(['values', 'messages', ...CONVERTED]);

const converted = (namespace: string[], mode: string, payload: unknown): Unplaced[] =>
  convertToProtocolEvent({ namespace, mode, payload, seq: 0 } as Parameters<
    typeof convertToProtocolEvent
  >[0]).map(({ method, params }) => {
    const { node, data } = params as { node?: string; data: unknown };
    return { method, namespace, node, data };
  });

/** A task that asks has a result too, an empty one: LangGraph's rules would take it for done. */
const asks = (event: Unplaced | undefined): boolean =>
  event?.method === 'tasks' &&
  isRecord(event.data) &&
  Array.isArray(event.data['interrupts']) &&
  event.data['interrupts'].length > 0;

/** The envelope that goes before values: which checkpoint they are those of. */
const checkpointOf = (namespace: string[], ref: ValuesRef | null): Unplaced[] => {
  if (!ref) return [];
  const { checkpointId, parentId, step, source } = ref;
  if (step === undefined || source === undefined) return [];
  const data = { id: checkpointId, ...(parentId !== undefined && { parent_id: parentId }), step, source };
  return [{ method: 'checkpoints', namespace, data }];
};

/** The namespaces whose work an event ends: a task's result that task's, values those of the whole step. */
const doneBy = (mode: string, namespace: string[], events: Unplaced[]): string[][] => {
  if (mode === 'values' && events.some(({ method }) => method === 'values')) return [namespace];
  const [event] = events;
  if (mode !== 'tasks' || !isRecord(event?.data) || !('result' in event.data)) return [];
  return [[...namespace, `${String(event.data['name'])}:${String(event.data['id'])}`]];
};
