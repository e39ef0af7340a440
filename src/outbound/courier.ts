import type { Clock } from '../model/clock.ts';
import { isMail, parseDestination, type OutboundMessage } from '../model/outbound.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { backOffMs, retryAfterMs } from './back-off.ts';
import type { SendMail } from './mail.ts';
import { createPost, LATE, type Post, type PostResult } from './post.ts';
import { createSigner } from './sign.ts';

export interface CourierSettings {
  webhookSecrets: readonly string[];
  outboundAllow: readonly string[];
  outboundAttempts: number;
  outboundBackoffMs: number;
  outboundTimeoutMs: number;
}

export interface CourierDeps {
  storage: Pick<Storage, 'transaction' | 'outbound'>;
  clock: Clock;
  settings: CourierSettings;
  userAgent: string;
  /** How mail leaves; without it a mail cannot be delivered. */
  sendMail?: SendMail | undefined;
  /** Called when a delivery has ended: the next can begin. */
  onFree: () => void;
  log: Logger;
}

/** Deliveries at once, in all and to one origin: dozens of receivers that hang keep nobody else's from leaving. */
const AT_ONCE = 256;
const AT_ONCE_TO_ONE = 4;
/** Until another may take up a message, longer than a delivery can last. */
const SPARE_MS = 2000;
/** What an attempt whose time is over gets to say what came of it. */
const HEED_MS = 500;
/** What a delivery under way gets at the end of the server. */
const GRACE_MS = 1000;

interface Delivery {
  origin: string;
  ended: Promise<void>;
}

/**
 * Delivers what the ledger's `outbound` holds: each message at least once, whatever happens to this process. An
 * attempt is written down before it is made. Nothing waits for a delivery, and the order is not kept.
 */
export class Courier {
  readonly name = 'outbound';
  readonly #deps: CourierDeps;
  readonly #post: Post;
  readonly #sign: ReturnType<typeof createSigner>;
  readonly #underWay = new Map<string, Delivery>();
  readonly #closing = new AbortController();
  #self: string | undefined;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
    this.#post = createPost(deps.settings.outboundAllow);
    this.#sign = createSigner(deps.settings.webhookSecrets);
  }

  /** Deliveries begin: this server can be reached at `url`. */
  open(url: string): void {
    this.#self = url;
    this.#deps.onFree();
  }

  /** Begins what is due, as far as there is room, and answers when more is. */
  async run(now: number): Promise<number | undefined> {
    if (this.#self === undefined) return undefined;
    const { outbound } = this.#deps.storage;
    for (;;) {
      const room = AT_ONCE - this.#underWay.size;
      if (room <= 0 || this.#closing.signal.aborted) return undefined;
      const notTo = this.#full();
      const due = await outbound.due({ now, limit: room, notTo });
      let begun = 0;
      for (const { outboundId, origin } of due) begun += await this.#begin(outboundId, origin);
      if (begun === 0) return outbound.nextDue(notTo);
    }
  }

  /** Begins nothing new and gives what is under way a moment; the rest is due again at the next start. */
  async close(): Promise<void> {
    this.#self = undefined;
    const deadline = setTimeout(() => this.#closing.abort(), GRACE_MS);
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
    clearTimeout(deadline);
  }

  /** Origins that have as many deliveries under way as one may have. */
  #full(): string[] {
    const counts = new Map<string, number>();
    for (const { origin } of this.#underWay.values()) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= AT_ONCE_TO_ONE).map(([origin]) => origin);
  }

  /** Answers 1 if the delivery has begun. */
  async #begin(outboundId: string, origin: string): Promise<number> {
    if (this.#underWay.has(outboundId) || this.#full().includes(origin)) return 0;
    const { storage, clock, settings, onFree } = this.#deps;
    const now = clock.now();
    const until = now + settings.outboundTimeoutMs + SPARE_MS;
    const message = await storage.transaction((ledger) => ledger.outbound.take({ outboundId, now, until }), {
      flush: false,
    });
    if (!message) return 0;
    const ended = this.#deliver(message).finally(() => {
      this.#underWay.delete(outboundId);
      onFree();
    });
    this.#underWay.set(outboundId, { origin, ended });
    return 1;
  }

  async #deliver(message: OutboundMessage): Promise<void> {
    try {
      await this.#settle(message, await this.#attempt(message));
    } catch (error) {
      this.#deps.log.error(
        { err: error, outboundId: message.outboundId },
        'a delivery cannot be recorded; it is repeated',
      );
    }
  }

  #attempt(message: OutboundMessage): Promise<PostResult> {
    const { outboundAttempts, outboundTimeoutMs } = this.#deps.settings;
    if (message.attempts > outboundAttempts) return Promise.resolve(LOST);
    const over = AbortSignal.any([AbortSignal.timeout(outboundTimeoutMs), this.#closing.signal]);
    return Promise.race([this.#send(message, over), late(over)]);
  }

  #send(message: OutboundMessage, signal: AbortSignal): Promise<PostResult> {
    const { outboundId: id, url, body, headers } = message;
    if (isMail(url)) return this.#mail(message, signal);
    const destination = parseDestination(url);
    return this.#post({
      url: destination.server ? new URL(url, this.#self) : destination.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': this.#deps.userAgent,
        ...this.#sign({ id, body, now: this.#deps.clock.now() }),
        ...headers,
      },
      body,
      trusted: destination.server,
      signal,
    });
  }

  #mail(message: OutboundMessage, signal: AbortSignal): Promise<PostResult> {
    const { sendMail } = this.#deps;
    if (sendMail) return sendMail(message, signal);
    const error = 'no mail server is set (HOLDPOINT_SMTP_URL)';
    return Promise.resolve({ kind: 'never', status: null, error });
  }

  async #settle(message: OutboundMessage, result: PostResult): Promise<void> {
    const { storage, clock, log } = this.#deps;
    const { outboundId, attempts, kind } = message;
    const now = clock.now();
    const next = this.#next(attempts, result, now);
    const error = result.kind === 'delivered' ? null : result.error;
    if (next.status === 'failed') log.warn({ outboundId, kind, attempts, error }, 'a message was given up');
    await storage.transaction((ledger) =>
      ledger.outbound.settle({
        outboundId,
        attempt: attempts,
        attempts: Math.min(attempts, this.#deps.settings.outboundAttempts),
        answerStatus: result.status,
        error,
        now,
        ...next,
      }),
    );
  }

  #next(attempts: number, result: PostResult, now: number) {
    const { outboundAttempts, outboundBackoffMs } = this.#deps.settings;
    if (result.kind === 'delivered') return { status: 'delivered' as const, nextMs: null };
    // One that the end of the server cut off has not been tried.
    if (this.#closing.signal.aborted)
      return { status: 'pending' as const, nextMs: now, attempts: attempts - 1 };
    if (result.kind === 'never' || attempts >= outboundAttempts)
      return { status: 'failed' as const, nextMs: null };
    const wait = Math.max(
      backOffMs(attempts, outboundBackoffMs, Math.random()),
      retryAfterMs(result.retryAfter),
    );
    return { status: 'pending' as const, nextMs: Math.ceil(now + wait) };
  }
}

/** What came of a message whose last attempt was begun, and never heard of again: its server ended in it. */
const LOST: PostResult = { kind: 'never', status: null, error: 'nothing was heard of the last attempt' };

/** Ends the wait for an attempt that does not heed that its time is over. */
const late = (over: AbortSignal): Promise<PostResult> =>
  new Promise((resolve) => {
    over.addEventListener('abort', () => setTimeout(resolve, HEED_MS, LATE), { once: true });
  });
