import type { Middleware } from 'koa';
import getRawBody from 'raw-body';
import { HoldpointError } from '../../model/errors.ts';
import { isRecord } from '../../model/json.ts';

/** Deeper JSON than this could not be stored. */
const MAX_DEPTH = 200;

/**
 * Reads a JSON body whatever its content type says: LangGraph Studio sends `text/plain` to spare itself a
 * preflight. Leaves it in `ctx.state.body`; undefined when there is none.
 */
export const jsonBody =
  (limit: number): Middleware =>
  async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') ctx.state['body'] = await readBody(ctx.req, limit);
    await next();
  };

const readBody = async (request: Parameters<typeof getRawBody>[0], limit: number): Promise<unknown> => {
  const text = await getRawBody(request, { limit, encoding: 'utf8' }).catch((error: { type?: string }) => {
    if (error.type === 'entity.too.large') {
      throw new HoldpointError('payload_too_large', `The body is larger than ${limit} bytes.`, {
        details: { limit },
      });
    }
    throw new HoldpointError('invalid_request', 'The body could not be read.', { cause: error });
  });
  if (text.trim() === '') return undefined;
  const body = parseJson(text);
  refuseHostile(body, '', 0);
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
const refuseHostile = (value: unknown, path: string, depth: number): void => {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) refuse(path.slice(0, 200), `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    value.forEach((item, index) => refuseHostile(item, `${path}[${index}]`, depth + 1));
    return;
  }
  if (!isRecord(value)) return;
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === '__proto__') refuse(at, 'is not a key that can be stored');
    refuseHostile(value[key], at, depth + 1);
  }
};

const refuse = (field: string, problem: string): never => {
  throw new HoldpointError('invalid_request', `${field}: ${problem}`, { details: { field } });
};
