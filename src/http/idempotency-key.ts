import type { IncomingHttpHeaders } from 'node:http';
import { digest } from '../lifecycle/digest.ts';
import { idOfKey, type KeyPlace, type Once } from '../lifecycle/once.ts';
import { HoldpointError } from '../model/errors.ts';
import type { RequestFacts } from './route.ts';

export const IDEMPOTENCY_KEY = 'Idempotency-Key';
export const LONGEST_KEY = 200;

/** As the IETF draft has it, a string of a structured field. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** As most clients send it. Several headers of one name come joined by commas. */
const BARE = /^[\x21\x23-\x2b\x2d-\x7e]*$/;

/** The key of a request that may be sent again. @throws {HoldpointError} `invalid_request` when it is none. */
export const readIdempotencyKey = (headers: IncomingHttpHeaders): string | undefined => {
  const given = headers['idempotency-key'];
  if (given === undefined) return undefined;
  const key = textOf(String(given));
  if (key === undefined) throw malformed('must be one key, of printable ASCII without spaces and commas');
  if (key === '') throw malformed('is empty');
  if (key.length > LONGEST_KEY) throw malformed(`is longer than ${LONGEST_KEY} characters`);
  return key;
};

const textOf = (given: string): string | undefined => {
  if (BARE.test(given)) return given;
  return QUOTED.exec(given)?.[1]?.replace(/\\(.)/g, '$1');
};

const malformed = (problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `${IDEMPOTENCY_KEY}: ${problem}`, {
    details: { in: 'header', field: IDEMPOTENCY_KEY },
  });

type Place = Omit<KeyPlace, 'actor'>;

/**
 * What the request makes, it makes once, where it came with a key: in the header, or in the field of the body that is
 * another name for it. All of its body is what was asked.
 * @throws {HoldpointError} `invalid_request` when the two differ.
 */
export const onceOf = (
  { actor, text, idempotencyKey }: RequestFacts,
  place: Place,
  inBody?: { field: string; key: string | null | undefined },
): Once | undefined => {
  const key = idempotencyKey ?? inBody?.key ?? undefined;
  if (key === undefined) return undefined;
  if (inBody?.key != null && inBody.key !== key) throw malformed(`is not the ${inBody.field} of the body`);
  const field = idempotencyKey === undefined && inBody ? inBody.field : IDEMPOTENCY_KEY;
  return { id: idOfKey(key, { ...place, actor }), requestHash: digest(JSON.parse(text || 'null')), field };
};

/** The same for each of several things that one request makes. */
export const onceOfEach = (request: RequestFacts, place: Place, count: number): (Once | undefined)[] => {
  const all = onceOf(request, place);
  const { actor } = request;
  return Array.from(
    { length: count },
    (_, index) => all && { ...all, id: idOfKey(all.id, { ...place, actor, index }) },
  );
};
