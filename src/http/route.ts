import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { RouteScope } from '../model/api-key.ts';
import type { Assistant } from '../model/assistant.ts';
import type { AuthFilters } from '../model/auth-filter.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import { check } from './bounds.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import type { MoreScopes } from './scopes.ts';

export type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';

/** What a handler knows of the request beside its validated parts. */
export interface RequestFacts {
  headers: IncomingHttpHeaders;
  /** The body as it came, for signatures. */
  text: string;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
  /** Who asks, for the session log. */
  actor: string;
  /** Who asks, where the project has authentication of its own. */
  principal?: Principal | undefined;
  /** Under which it may be sent again, where the route takes one: see `onceOf`. */
  idempotencyKey?: string | undefined;
  /** By which the log knows it. */
  requestId?: string | undefined;
  /** The trace that the request is part of. */
  traceparent?: string | undefined;
  /** What the metadata of what is read must say, where its rules ask for that and the route applies it itself. */
  filters?: AuthFilters | undefined;
  /** Whether an assistant is for the caller, where the project's rules say so and the route asks it itself. */
  mayUse?: MayUse | undefined;
}

export type MayUse = (assistant: Assistant) => Promise<boolean>;

/** Whom the log names: a name that the body gives does not hide who it was that sent it. */
export const actorOf = ({ actor, principal }: RequestFacts, claimed: string | undefined): string => {
  if (claimed === undefined) return actor;
  return principal ? `${claimed} via ${actor}` : claimed;
};

/** The validated parts of a request, before and after it is decided whether it may be done. */
export interface GuardedInput {
  params: Record<string, string> | undefined;
  query: unknown;
  body: unknown;
  filters?: AuthFilters | undefined;
  mayUse?: MayUse | undefined;
  /** The answer, when there is nothing left to do. */
  instead?: Reply;
}

/** Decides whether a request may be done, and what of it. @throws {HoldpointError} when it may not. */
export type Guard = (input: GuardedInput) => Promise<GuardedInput>;

/** An answer other than 200 with a JSON body. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body?: unknown, headers: Record<string, string> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/**
 * An answer that is written as it comes: `write` gets the raw response, with status and headers set. A `whole` one is
 * nothing until it is complete: when the server ends its signal aborts, and it is written with what there is.
 */
export class StreamReply {
  readonly whole: boolean;
  readonly headers: Record<string, string>;
  readonly write: (response: ServerResponse, signal: AbortSignal) => Promise<void>;

  constructor(
    headers: Record<string, string>,
    write: (response: ServerResponse, signal: AbortSignal) => Promise<void>,
    whole = false,
  ) {
    this.whole = whole;
    this.headers = headers;
    this.write = write;
  }
}

interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: Method;
  /** With `:name` parameters. */
  path: string;
  /** What an API key needs to call it. `open`: nobody is asked who they are. */
  scope: RouteScope;
  /** What it needs beside that, by the body and the query. */
  moreScopes?: MoreScopes;
  tag: string;
  summary: string;
  /** A body it takes, for the document. */
  example?: z.input<B>;
  params?: P;
  query?: Q;
  body?: B;
  /** With the same `Idempotency-Key` it does what it does once. */
  idempotent?: true;
  /** The body of a good answer, for the document; absent when there is none. */
  response?: z.ZodType;
  status?: number;
  /** What a good answer is otherwise, by its status. */
  also?: { status: number; response?: z.ZodType };
  /** What the answer is when it is text and no JSON. */
  produces?: string;
  handle: (input: {
    params: z.output<P>;
    query: z.output<Q>;
    body: z.output<B>;
    request: RequestFacts;
  }) => unknown;
}

interface RawRequest {
  params: unknown;
  query: unknown;
  body: unknown;
  request: RequestFacts;
  guard?: Guard | undefined;
}

/** An endpoint: validation, handler and documentation in one declaration. */
export interface Route extends Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  run: (raw: RawRequest) => Promise<unknown>;
}

/** Declares an endpoint. Its handler sees only input that passed its schemas. */
export const route = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
): Route => {
  const { handle, ...rest } = spec;
  return {
    ...rest,
    run: async ({ request, guard, ...raw }) => {
      const idempotencyKey = spec.idempotent && readIdempotencyKey(request.headers);
      const input: GuardedInput = {
        params: parse(spec.params, raw.params, 'path') as GuardedInput['params'],
        query: parse(spec.query, raw.query, 'query'),
        body: parse(spec.body, raw.body, 'body'),
      };
      const { params, query, body, filters, mayUse, instead } = guard ? await guard(input) : input;
      if (instead) return instead;
      return handle({
        params: params as z.output<P>,
        query: query as z.output<Q>,
        body: body as z.output<B>,
        request: { ...request, idempotencyKey, filters, mayUse },
      });
    },
  };
};

/**
 * What is made of a body on the way, by the schema of another.
 * @throws {HoldpointError} `invalid_request` that names the field.
 */
export const readAs = <B extends z.ZodType>(schema: B, value: unknown): z.output<B> =>
  parse(schema, value, 'body') as z.output<B>;

/** @throws {HoldpointError} `invalid_request` that names the field. */
const parse = (schema: z.ZodType | undefined, value: unknown, where: 'path' | 'query' | 'body'): unknown => {
  if (!schema) return undefined;
  const parsed = check(schema, value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MOST_TOLD).map(describe);
  const first = issues[0] ?? { field: '', message: 'is not valid' };
  const field = first.field === '' ? where : first.field;
  throw new HoldpointError('invalid_request', `${field}: ${first.message}`, {
    details: { in: where, field, issues },
  });
};

/** So much of what is wrong is said. */
const MOST_TOLD = 20;

type Issue = z.core.$ZodIssue;

interface Problem {
  field: string;
  message: string;
}

const describe = (issue: Issue): Problem => {
  const leaves = leavesOf(issue);
  const deepest = leaves.reduce((most, { path }) => Math.max(most, path.length), 0);
  const specific = leaves.filter(({ path }) => path.length === deepest);
  const messages = new Set(specific.map(({ message }) => message));
  return { field: (specific[0]?.path ?? []).join('.'), message: [...messages].join(', or: ') };
};

type Leaf = Pick<Issue, 'path' | 'message'>;

/** What is wrong with each way the value could have been meant, instead of that it is none of them. */
const leavesOf = (issue: Issue): Leaf[] => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  return issue.errors
    .flat()
    .flatMap(leavesOf)
    .map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
};
