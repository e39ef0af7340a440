import type { ErrorCode } from '../model/errors.ts';

/** The server answered, and refused. `code` is public and stays; the message says what to do. */
export class ServerRefusal extends Error {
  readonly status: number;
  readonly code: ErrorCode | 'unknown';
  readonly details: Record<string, unknown>;

  constructor(
    status: number,
    body: { code: ServerRefusal['code']; message: string; metadata: Record<string, unknown> },
  ) {
    super(body.message);
    this.name = 'ServerRefusal';
    this.status = status;
    this.code = body.code;
    this.details = body.metadata;
  }
}

/** Nothing answered, or nothing that is a Holdpoint server, or not to the end. Whether a request that was under way arrived is not known. */
export class ServerUnreachable extends Error {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`No Holdpoint server answers at ${url}${because(cause)}.`, { cause });
    this.name = 'ServerUnreachable';
    this.url = url;
  }
}

/** In words: the LangGraph client would wrap an error that has the code itself in its message. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ETIMEDOUT: 'timed out',
};

const because = (cause: unknown): string => {
  if (typeof cause === 'string') return ` (${cause})`;
  const inner = cause instanceof Error ? cause.cause : undefined;
  const word = inner instanceof Error && 'code' in inner ? WORDS[String(inner.code)] : undefined;
  return word === undefined ? '' : ` (${word})`;
};

/** What a refusal says, also when something between here and the server said it. */
export const refusalOf = async (response: Response): Promise<ServerRefusal> => {
  const text = await response.text();
  try {
    const {
      code = 'unknown',
      message = text,
      metadata = {},
    } = JSON.parse(text) as Partial<{
      code: ErrorCode;
      message: string;
      metadata: Record<string, unknown>;
    }>;
    return new ServerRefusal(response.status, { code, message, metadata });
  } catch {
    const message = `HTTP ${response.status}: ${text.slice(0, 200) || response.statusText}`;
    return new ServerRefusal(response.status, { code: 'unknown', message, metadata: {} });
  }
};

/** What was asked does not fit where the session is. Nothing was sent. */
export class SessionError extends Error {}
