/** What went wrong with a request, as it is told to a person. */
export class ApiError extends Error {
  /** The public code of the server, or `offline` when it did not answer. */
  readonly code: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly metadata: Record<string, unknown>;
  readonly requestId: string | null;

  constructor(
    message: string,
    facts: { code: string; status: number; metadata?: Record<string, unknown>; requestId?: string | null },
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = facts.code;
    this.status = facts.status;
    this.metadata = facts.metadata ?? {};
    this.requestId = facts.requestId ?? null;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (body: Record<string, unknown>, field: string): string | undefined =>
  typeof body[field] === 'string' ? body[field] : undefined;

/** The error of an answer that is not good. */
export const errorOf = (response: Response, body: unknown): ApiError => {
  const said = isRecord(body) ? body : {};
  return new ApiError(textIn(said, 'message') ?? `The server answered ${response.status}.`, {
    code: textIn(said, 'code') ?? 'http_error',
    status: response.status,
    metadata: isRecord(said['metadata']) ? said['metadata'] : {},
    requestId: response.headers.get('x-request-id'),
  });
};

/** Whatever was thrown, as an error of ours: what is none is taken for a server that cannot be reached. */
export const asApiError = (thrown: unknown): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(`The server cannot be reached (${message}).`, { code: 'offline', status: 0 });
};
