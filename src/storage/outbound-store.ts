import type { OutboundMessage, OutboundStatus } from '../model/outbound.ts';
import type { Page } from './ports.ts';

export interface NewOutboundMessage extends Pick<OutboundMessage, 'outboundId' | 'kind' | 'url'> {
  /** What is sent, as JSON. */
  body: unknown;
  /** Headers of its own, over the usual ones. They are not shown to anybody. */
  headers?: Record<string, string>;
  threadId?: string;
  runId?: string;
  /** Milliseconds since the epoch: it is due at once. */
  now: number;
}

/** What came of an attempt. */
export interface SettleOutbound {
  outboundId: string;
  /** The attempt it was: nothing is written when there has been another since. */
  attempt: number;
  status: OutboundStatus;
  /** The number of attempts to be remembered. */
  attempts: number;
  nextMs: number | null;
  answerStatus: number | null;
  error: string | null;
  now: number;
}

export interface OutboundStore {
  /**
   * Writes a message in the caller's transaction: it leaves the server, at least once, if that commits.
   * Publish the signal `due` after commit; without it the message leaves a second later.
   * @throws {HoldpointError} `invalid_request` when the URL is nothing to post to.
   */
  enqueue(message: NewOutboundMessage): Promise<void>;
  get(outboundId: string): Promise<OutboundMessage | undefined>;
  /** Newest first. */
  list(query: {
    status?: OutboundStatus | undefined;
    kind?: string | undefined;
    limit: number;
    offset: number;
  }): Promise<Page<OutboundMessage>>;
  /** Pending messages that are due, longest due first, but for those to one of `notTo` (origins). */
  due(query: {
    now: number;
    limit: number;
    notTo: string[];
  }): Promise<{ outboundId: string; origin: string }[]>;
  /** Begins an attempt of a message that is due, which nobody else may begin before `until`. Undefined: another did. */
  take(input: { outboundId: string; now: number; until: number }): Promise<OutboundMessage | undefined>;
  /** False when there has been another attempt since. */
  settle(result: SettleOutbound): Promise<boolean>;
  /** When the next message is due that is not to one of `notTo`. */
  nextDue(notTo: string[]): Promise<number | undefined>;
  /** Makes a failed message pending again, with all its attempts before it. False when it is not failed. */
  retry(outboundId: string, now: number): Promise<boolean>;
  /** Removes messages that ended before `endedBefore` (ISO time). Answers of how many. */
  prune(endedBefore: string): Promise<number>;
}
