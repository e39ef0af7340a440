import type { PauseWindow } from '../model/pause-window.ts';
import type { RunPlace, ScopePause } from '../model/scope-pause.ts';
import type { Page, RunJob } from './ports.ts';

/** A single condition that waits to be met. */
export interface WaitingCondition {
  pauseId: string;
  /** Its place among the conditions of the pause. */
  place: number;
  type: 'manual' | 'webhook' | 'event' | 'cron' | 'at';
  event: string | null;
  /** Since when it waits, and when time meets it, in ms since the epoch. */
  sinceMs: number;
  dueMs: number | null;
}

/** A pause whose condition is met, until it has resumed. */
export interface ResumeFire {
  pauseId: string;
  trigger: string;
  data: unknown;
  firedMs: number;
  nextMs: number;
  tries: number;
  /** Why it has not resumed yet. */
  refusal: string | null;
}

/** An event for everybody who waits for it. */
export interface ExternalEvent {
  eventId: string;
  type: string;
  data: unknown;
  receivedMs: number;
  /** Pauses up to this id have been looked at. */
  seenPauseId: string;
}

export interface ConditionStore {
  insert(conditions: WaitingCondition[]): Promise<void>;
  /** Answers the places of all that are met with these. Who meets others of the same pause comes before or after. */
  meet(pauseId: string, places: number[]): Promise<number[]>;
  /** Pauses after `afterPauseId`, in the order of their ids, that wait for the event since `sinceMs` or before. */
  waitingFor(query: {
    event: string;
    sinceMs: number;
    afterPauseId: string;
    limit: number;
  }): Promise<string[]>;
  countWaitingFor(event: string): Promise<number>;
  /** Conditions that time has met, longest due first. */
  due(nowMs: number, limit: number): Promise<{ pauseId: string; place: number }[]>;
  nextDue(): Promise<number | undefined>;
  /** Forgets the conditions and the fire of a pause. */
  remove(pauseId: string): Promise<void>;
}

export interface FireStore {
  /** False when the pause has fired before. */
  insert(fire: Omit<ResumeFire, 'tries' | 'refusal' | 'nextMs'>): Promise<boolean>;
  get(pauseId: string): Promise<ResumeFire | undefined>;
  /** Fires to be tried now, longest due first. */
  due(nowMs: number, limit: number): Promise<ResumeFire[]>;
  nextDue(): Promise<number | undefined>;
  /** To be tried again later. */
  postpone(pauseId: string, next: { nextMs: number; refusal: string }): Promise<void>;
  /** Lets every fire that was refused try again now. */
  hurry(nowMs: number): Promise<void>;
}

export interface ExternalEventStore {
  /** False when an event of this id has come before. */
  insert(event: Omit<ExternalEvent, 'seenPauseId'>): Promise<boolean>;
  /** An event of the type `children.` and the thread that has launched this one; nothing where none has. */
  insertForParent(event: Omit<ExternalEvent, 'type' | 'seenPauseId'> & { threadId: string }): Promise<void>;
  /** Of this type, received at or after, in the order they came. */
  since(query: { type: string; fromMs: number; limit: number }): Promise<ExternalEvent[]>;
  /** The oldest event that has not been seen by all who wait. */
  open(): Promise<ExternalEvent | undefined>;
  /** The oldest event that has been seen by all who wait, and is to launch runs. */
  launching(): Promise<ExternalEvent | undefined>;
  /**
   * Writes down up to which pause it has been seen, or what is left of it when all have.
   * @returns false when there is no such event
   */
  saw(
    event: Pick<ExternalEvent, 'eventId' | 'receivedMs'>,
    seen: { pauseId: string } | 'launching' | 'done',
  ): Promise<boolean>;
  /** Forgets events received before, with their ids. */
  prune(beforeMs: number): Promise<number>;
}

export interface ScopeStore {
  insert(pause: ScopePause): Promise<void>;
  get(scopePauseId: string): Promise<ScopePause | undefined>;
  byTokenHash(hash: string): Promise<ScopePause | undefined>;
  list(query: {
    state?: ScopePause['state'] | undefined;
    limit: number;
    offset: number;
  }): Promise<Page<ScopePause>>;
  /** Active pauses that cover this place, oldest first. */
  covering(place: RunPlace): Promise<ScopePause[]>;
  /** The oldest active pause whose running runs have not all been asked to pause. */
  unswept(): Promise<ScopePause | undefined>;
  swept(scopePauseId: string): Promise<void>;
  /** False when it is resumed already. */
  end(scopePauseId: string, by: { actor: string; at: string }): Promise<boolean>;
  /** Runs in scope that run and are not pausing, so many at most. */
  running(scopePauseId: string, limit: number): Promise<RunJob[]>;
  /** How many runs in scope drain, rest in this pause, and are held back. */
  count(scopePauseId: string): Promise<{ draining: number; paused: number; held: number }>;
  /** Takes what is covered by an active pause out of the queue, and puts back what is not any more. */
  requeue(): Promise<void>;
}

export interface WindowStore {
  insert(window: PauseWindow): Promise<void>;
  get(windowId: string): Promise<{ window: PauseWindow; version: number } | undefined>;
  list(): Promise<{ window: PauseWindow; version: number }[]>;
  /** False when it was written since `version` was read. */
  update(window: PauseWindow, version: number): Promise<boolean>;
  remove(windowId: string): Promise<boolean>;
}
