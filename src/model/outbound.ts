import { HoldpointError } from './errors.ts';

/** `pending` until it is delivered, or given up. */
export const OUTBOUND_STATUSES = ['pending', 'delivered', 'failed'] as const;

export type OutboundStatus = (typeof OUTBOUND_STATUSES)[number];

/** One message that leaves the server: a webhook of a run, a notice, an announcement. */
export interface OutboundMessage {
  /** The same at each attempt: a receiver knows by it what it has had already. */
  outboundId: string;
  /** What it tells of, as `run.webhook` or `approval.expired`. */
  kind: string;
  /** `http(s)://…`, `/path` on this server, or `mailto:` and an address. */
  url: string;
  /** JSON text, sent as it is. */
  body: string;
  /** Headers of its own, over the usual ones. They may hold secrets: nobody is shown them. */
  headers: Record<string, string> | null;
  threadId: string | null;
  runId: string | null;
  status: OutboundStatus;
  attempts: number;
  /** When it is tried next, ms since the epoch; null once it has ended. */
  nextMs: number | null;
  /** Of the last attempt: the HTTP status of the answer, if there was one, and what was wrong with it. */
  answerStatus: number | null;
  error: string | null;
  createdAt: string;
  updatedAt: string;
}

/**
 * Where a message goes. `server` is this server itself, for a URL that begins with a slash.
 * @throws {HoldpointError} `invalid_request` that names `field`, for what is no address to post to.
 */
export const parseDestination = (
  url: string,
  field = 'url',
): { server: true } | { server: false; url: URL } => {
  const own = url.startsWith('/');
  const base = own ? OWN_BASE : undefined;
  const parsed = URL.canParse(url, base) ? new URL(url, base) : undefined;
  if (own && parsed?.origin === OWN_BASE) return { server: true };
  if (!own && parsed && ['http:', 'https:'].includes(parsed.protocol)) return { server: false, url: parsed };
  throw new HoldpointError(
    'invalid_request',
    `${field}: expected an http:// or https:// address, or a path on this server that begins with one slash.`,
    { details: { field } },
  );
};

/** Whether a message goes by mail: its URL is `mailto:` and an address. */
export const isMail = (url: string): boolean => url.startsWith('mailto:');

/** What a path is read against: anything that leads away from it (`//host`, `/\host`) is no path. */
const OWN_BASE = 'http://this.server.invalid';
