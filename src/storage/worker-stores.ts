import type { WorkerSeen } from '../model/worker.ts';

/** A worker process that may be on any machine. */
export interface RegisteredWorker {
  /** As its node saw it last. */
  seen: WorkerSeen;
  /** The process that started it, watches it and can end it. */
  nodeId: string;
  /** It counts as gone when its node has not said by then that it lives. */
  expiresMs: number;
}

/** What the node of a worker is to do with it: end it at once, for the sake of a run, or let it drain. */
export type WorkerOrder =
  { kind: 'kill'; runId: string; what: string } | { kind: 'drain'; timeoutMs: number; why: string };

/** The worker processes there are, over all machines, and the orders to end some. */
export interface WorkerRegistry {
  register(worker: RegisteredWorker): Promise<void>;
  /** Says that these workers of a node live, and how they are. */
  renew(input: { nodeId: string; workers: WorkerSeen[]; expiresMs: number }): Promise<void>;
  remove(workerId: string): Promise<void>;
  /** Forgets whom nobody has spoken for since. */
  removeExpired(now: number): Promise<void>;
  /** Oldest first. */
  list(): Promise<RegisteredWorker[]>;
  /** False when there is no such worker. The first order stands, but one to end at once prevails. */
  order(workerId: string, order: WorkerOrder): Promise<boolean>;
  /** The orders about workers of this node. */
  ordersFor(nodeId: string): Promise<{ workerId: string; order: WorkerOrder }[]>;
}

/** Something that a worker is asked to do because it may run a graph's code; of any node. */
export interface WorkerCall {
  callId: string;
  method: string;
  /** JSON text. */
  params: string;
  /** Nobody waits any longer. */
  deadlineMs: number;
}

export interface WorkerCallStore {
  insert(call: WorkerCall): Promise<void>;
  /** Whether there is a call to take. */
  waits(now: number): Promise<boolean>;
  /** Takes the oldest call that nobody has taken and somebody waits for. */
  take(input: { nodeId: string; now: number }): Promise<WorkerCall | undefined>;
  /** @param answer JSON text */
  answer(callId: string, answer: string): Promise<void>;
  /** The answer, once it is there, as JSON text. */
  answerOf(callId: string): Promise<string | undefined>;
  remove(callId: string): Promise<void>;
  /** Removes calls that nobody waits for. */
  prune(now: number): Promise<void>;
}
