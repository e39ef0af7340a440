import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '@langchain/langgraph-sdk';
import { startServerProcess, type ServerUnderTest, type StartOptions } from '../support/server.ts';
import { rowKey } from './inventory.ts';

/** What the server answered, with its body as JSON where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

export interface SharedServer {
  readonly url: string;
  readonly client: Client;
  readonly process: ServerUnderTest;
  /** A request as no SDK would make it: the body is sent as it is when it is a string or bytes, else as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** What it has answered well so far, as `POST /threads/*`; over all restarts. */
  answered(): Promise<Set<string>>;
  /** Ends the server at once and starts another on the same data. */
  restart(): Promise<void>;
}

/** One real server process for all tests of a file. */
export const useServer = (options: StartOptions = {}): SharedServer => {
  let running: ServerUnderTest | undefined;
  const current = (): ServerUnderTest => {
    if (!running) throw new Error('the server runs only while tests do');
    return running;
  };
  beforeAll(async () => {
    running = await startServerProcess(options);
  });
  const seen = new Set<string>();
  const look = async (): Promise<Set<string>> => {
    for (const request of await answeredBy(current().url)) seen.add(request);
    return seen;
  };
  afterAll(async () => {
    await running?.kill('SIGTERM');
  });
  return {
    get url() {
      return current().url;
    },
    get client() {
      return current().client;
    },
    get process() {
      return current();
    },
    send: async (...[method, path, body, headers]) =>
      send(`${current().url}${path}`, method, { body, headers }),
    answered: look,
    restart: async () => {
      await look();
      const { dataDir, kill } = current();
      await kill();
      running = await startServerProcess({ ...options, dataDir });
    },
  };
};

interface Metric {
  name: string;
  values: { labels: Record<string, string> }[];
}

/** By the server's own count. A server that tells that nobody, or not us, has answered nothing here. */
const answeredBy = async (url: string): Promise<string[]> => {
  const response = await fetch(`${url}/metrics?format=json`).catch(() => undefined);
  if (!response?.ok) return [];
  const metrics = (await response.json()) as Metric[];
  const requests = metrics.find(({ name }) => name === 'holdpoint_http_requests_total')?.values ?? [];
  return requests
    .filter(({ labels }) => Number(labels['status']) < 400)
    .map(({ labels }) => rowKey(labels['method'] ?? '', labels['route'] ?? ''));
};

const send = async (
  url: string,
  method: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> | undefined },
): Promise<Answer> => {
  const sent = body === undefined ? undefined : isRaw(body) ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, ...(sent !== undefined && { body: sent }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
};

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Everything a stream yields. */
export const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
};

/** What a refusal says. Its body is the same everywhere: a public code, a text in both places, and facts. */
export const refusal = ({ status, json }: Answer): { status: number; code: string; field?: string } => {
  const body = json as { code: string; message: string; metadata: { field?: string } };
  expect(body).toEqual({
    code: expect.any(String) as string,
    message: expect.any(String) as string,
    metadata: expect.any(Object) as object,
    detail: body.message,
  });
  const { field } = body.metadata;
  return { status, code: body.code, ...(field !== undefined && { field }) };
};

/** The status and body in the error that the SDK throws. */
export const refusalOf = async (
  promise: Promise<unknown>,
): Promise<{ status: number; code: string; message: string }> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  const match = /^HTTP (\d+): (.*)$/s.exec(error?.message ?? '');
  if (!match) throw new Error(`expected a refusal, got ${error ? error.message : 'an answer'}`);
  const { code, message } = JSON.parse(match[2] ?? '') as { code: string; message: string };
  return { status: Number(match[1]), code, message };
};
