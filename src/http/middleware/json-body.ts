import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import getRawBody from 'raw-body';
import { HoldpointError } from '../../model/errors.ts';
import { eachChild, formatPath, isHolder } from '../json-path.ts';

/** Deeper JSON than this could not be stored. */
const MAX_DEPTH = 200;
/** Objects of so many keys in all. */
const MAX_KEYS = 1_000_000;

/**
 * Reads a JSON body whatever its content type says: LangGraph Studio sends `text/plain` to spare itself a
 * preflight. Leaves it in `ctx.state.body`, undefined when there is none, and as it came in `ctx.state.text`.
 */
export const jsonBody =
  (limit: number): Middleware =>
  async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      const read = ctx.state['rawBody'] as Buffer | undefined;
      const text = textOf(read ?? (await readBody(ctx.req, limit)));
      ctx.state['text'] = text;
      ctx.state['body'] = toJson(text);
    }
    await next();
  };

/** @throws {HoldpointError} `payload_too_large`, `invalid_request`. */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer> => {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    refuse(['content-encoding'], `${encoding} is not read: send the body as it is`);
  const length = request.headers['content-length'];
  return getRawBody(request, {
    limit,
    ...(length !== undefined && { length }),
  }).catch((error: { type?: string }) => {
    if (error.type === 'entity.too.large') {
      throw new HoldpointError('payload_too_large', `The body is larger than ${limit} bytes.`, {
        details: { limit },
      });
    }
    throw new HoldpointError('invalid_request', 'The body could not be read.', { cause: error });
  });
};

/** Bytes that are no text would be stored as other ones. */
const textOf = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) refuse(['body'], 'is not valid UTF-8');
  return bytes.toString('utf8');
};

const toJson = (text: string): unknown => (text.trim() === '' ? undefined : readJson(text));

/** @throws {HoldpointError} `invalid_request` when it is no JSON, or JSON that no state could hold. */
export const readJson = (text: string): unknown => {
  const body = parseJson(text);
  refuseHostile(body, [], { keys: 0 });
  return body;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const problem = error instanceof Error ? error.message : '';
    throw new HoldpointError('invalid_request', `The body is not valid JSON: ${problem}`, {
      details: { field: 'body' },
    });
  }
};

/** Refuses what no state could hold, naming where it is. */
const refuseHostile = (value: unknown, path: (string | number)[], seen: { keys: number }): void => {
  if (!isHolder(value)) return;
  if (path.length > MAX_DEPTH) refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (!Array.isArray(value)) seen.keys += Object.keys(value).length;
  if (seen.keys > MAX_KEYS) refuse(['body'], `has more than ${MAX_KEYS} keys`);
  eachChild(value, (key, child) => {
    if (!isHolder(child) && key !== '__proto__' && !isBeyond(child)) return;
    path.push(key);
    if (isBeyond(child)) refuse(path, 'is a number larger than can be stored');
    if (key === '__proto__') refuse(path, 'is not a key that can be stored');
    refuseHostile(child, path, seen);
    path.pop();
  });
};

/** What JSON.parse makes of a number that is too large, such as 1e400: it would be stored as null. */
const isBeyond = (value: unknown): boolean => value === Infinity || value === -Infinity;

/** Of a place very deep down its beginning is enough. */
const NAMED_LEVELS = 20;

const refuse = (path: (string | number)[], problem: string): never => {
  const field = formatPath(path.slice(0, NAMED_LEVELS)) + (path.length > NAMED_LEVELS ? '…' : '');
  throw new HoldpointError('invalid_request', `${field}: ${problem}`, { details: { field } });
};
