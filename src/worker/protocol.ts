import type { StateUpdate } from '../engine/graph-calls.ts';
import type { ReadGraph } from '../engine/graph-reads.ts';
import type { InspectResume } from '../engine/resume-inspection.ts';
import type { TakeSnapshot } from '../engine/snapshot.ts';
import { isRecord } from '../model/json.ts';
import type { WorkerVitals } from '../model/worker.ts';
import type { Signal } from '../storage/ports.ts';

/** What the API asks of a worker because it may run a graph's code. Answers are JSON text. */
export interface WorkerCalls {
  updateState: StateUpdate;
  inspectResume: InspectResume;
  takeSnapshot: TakeSnapshot;
  readGraph: ReadGraph;
}

export type WorkerMethod = keyof WorkerCalls;

export type ToWorker =
  | { type: 'signal'; signal: Signal }
  /** `deadline`, by {@link machineTime}: what is not done by then is not to be done any more. */
  | { type: 'call'; id: number; method: WorkerMethod; params: unknown; deadline: number }
  /** Where the server listens; null where nobody will say. */
  | { type: 'address'; url: string | null }
  /** Take nothing new, bring what runs to a boundary within so long, and exit. */
  | { type: 'drain'; timeoutMs: number };

/** Milliseconds that all processes of a machine count alike, whoever sets its clock. */
export const machineTime = (): number => Number(process.hrtime.bigint() / 1_000_000n);

export type FromWorker =
  | { type: 'ready' }
  | { type: 'heartbeat'; vitals: WorkerVitals }
  /** Replace me: a step was cut and may run on for the sake of this run, or a pause asked for it. */
  | { type: 'retire'; runId: string; why: string }
  | { type: 'signal'; signal: Signal }
  | { type: 'reply'; id: number; value: unknown }
  | { type: 'refusal'; id: number; code: string; message: string; details: Record<string, unknown> };

/** A graph may send its parent process what it likes: whether it has the shape of one of ours. */
export const isMessage = (message: unknown): message is FromWorker =>
  isRecord(message) &&
  Object.entries(SHAPES).some(
    ([type, shape]) =>
      type === message['type'] && Object.entries(shape).every(([name, fits]) => fits(message[name])),
  );

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isVitals = (value: unknown): boolean =>
  isRecord(value) && [value['active'], value['taken'], value['memoryBytes']].every(isNumber);

const SHAPES: Record<FromWorker['type'], Record<string, (value: unknown) => boolean>> = {
  ready: {},
  heartbeat: { vitals: isVitals },
  retire: { runId: isText, why: isText },
  signal: { signal: (value) => isRecord(value) && isText(value['kind']) },
  reply: { id: isNumber },
  refusal: { id: isNumber, code: isText, message: isText, details: isRecord },
};

/** Why a worker process is about to end, said on a pipe of its own that works when the event loop does not. */
export interface LastWords {
  /** What happened, to be followed by where. */
  what: string;
  /** The run (or state update) whose code it was; null when that cannot be known. */
  runId: string | null;
  /** Where that code was: lines of a stack trace, innermost first. */
  stack: string[];
}

/** What is said on that pipe. An empty line is a sign of life. */
export type Said =
  | { lastWords: LastWords }
  /** Whose code the event loop stands at: the last words, should the process end meanwhile. Null when it goes on. */
  | { standing: LastWords | null };

/** What a line on that pipe says. A graph may write there, too: what is not of ours says nothing. */
export const saidIn = (line: string): Said | Record<string, never> => {
  const { lastWords, standing } = recordIn(line);
  if (isLastWords(lastWords)) return { lastWords };
  return standing === null || isLastWords(standing) ? { standing } : {};
};

const recordIn = (line: string): Record<string, unknown> => {
  try {
    const said: unknown = JSON.parse(line);
    return isRecord(said) ? said : {};
  } catch {
    return {};
  }
};

const isLastWords = (said: unknown): said is LastWords =>
  isRecord(said) && typeof said['what'] === 'string' && Array.isArray(said['stack']);

/** File descriptor of that pipe in the worker. */
export const LAST_WORDS_FD = 4;

/** The stack as it is where `ours` was called. */
export const stackBefore = (ours: (...args: never[]) => unknown): string | undefined => {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, ours);
  return here.stack;
};

/** The lines of an error's stack that say where, without those of `ours`, which only looked. */
export const stackLines = (stack: string | undefined, ours: RegExp = /^$/): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !ours.test(line))
    .slice(0, 10)
    .map((line) => line.trim().slice(0, LONGEST_LINE));

/** A message may have lines that look like those that say where. */
const LONGEST_LINE = 1000;
