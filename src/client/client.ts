import { Client } from '@langchain/langgraph-sdk';
import { refusalOf, ServerUnreachable } from './errors.ts';

export interface Connection {
  /** The address of the server; the default is `http://127.0.0.1:2024`. */
  url?: string | undefined;
  /** Sent as `X-Api-Key`. The default is `HOLDPOINT_API_KEY`, where there is an environment. */
  apiKey?: string | undefined;
  /** Sent with each request. */
  headers?: Record<string, string> | undefined;
}

export interface ControlRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | undefined> | undefined;
  signal?: AbortSignal | undefined;
}

export const DEFAULT_URL = 'http://127.0.0.1:2024';

/**
 * The published LangGraph client, pointed at a Holdpoint server, with `control` for what Holdpoint adds.
 * Everything it does throws {ServerRefusal} or {ServerUnreachable}. Nothing is sent twice by itself: who starts
 * a run again after a lost answer would start two.
 */
export class HoldpointClient extends Client {
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch;

  /** @throws {ServerUnreachable} where `url` is none that a request can be sent to. */
  constructor({ url = DEFAULT_URL, apiKey = keyOfEnvironment(), headers = {} }: Connection = {}) {
    const address = addressIn(url);
    const send = refusingFetch(address);
    super({
      apiUrl: address,
      apiKey: apiKey ?? null,
      defaultHeaders: headers,
      callerOptions: { maxRetries: 0, fetch: send },
    });
    this.url = address;
    this.#headers = { ...headers, ...(apiKey !== undefined && { 'x-api-key': apiKey }) };
    this.#fetch = send;
  }

  /** One request to Holdpoint's own API. `T` is what the page of the HTTP API says it answers. */
  async control<T>(path: string, { method = 'GET', query, body, signal }: ControlRequest = {}): Promise<T> {
    const text = await this.#send(path, {
      method,
      headers: { ...this.#headers, accept: 'application/json', 'content-type': 'application/json' },
      query,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
    return (text === '' ? undefined : this.#read(text)) as T;
  }

  /** What Holdpoint has to read, as a document in Markdown. */
  document(path: string): Promise<string> {
    return this.#send(path, { headers: { ...this.#headers, accept: 'text/markdown' } });
  }

  async #send(
    path: string,
    { query = {}, ...init }: RequestInit & Pick<ControlRequest, 'query'>,
  ): Promise<string> {
    const target = new URL(`${this.url}${path}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, String(value));
    const response = await this.#fetch(target, init);
    return response.text().catch(lost(this.url, init.signal));
  }

  #read(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw new ServerUnreachable(this.url, 'what answers there sends no JSON');
    }
  }
}

const addressIn = (url: string): string => {
  const address = url.replace(/\/+$/, '');
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new ServerUnreachable(address, 'that is no http or https URL');
};

/** None in a page, where there is no environment, and none where it is empty. */
const keyOfEnvironment = (): string | undefined => {
  const { process: node } = globalThis as { process?: { env: Record<string, string | undefined> } };
  return node?.env['HOLDPOINT_API_KEY'] || undefined;
};

/** Throws what the server says instead of leaving it to each caller to look. */
const refusingFetch =
  (url: string): typeof fetch =>
  async (input, init) => {
    const unless = lost(url, init?.signal);
    const response = await fetch(input, init).catch(unless);
    if (response.ok) return response;
    throw await refusalOf(response).catch(unless);
  };

/** What failed on the way, unless the caller gave it up. */
const lost =
  (url: string, signal: AbortSignal | null | undefined) =>
  (error: unknown): never => {
    if (signal?.aborted) throw error;
    throw new ServerUnreachable(url, error);
  };
