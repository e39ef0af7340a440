import { HoldpointError } from '../../model/errors.ts';
import { isRecord } from '../../model/json.ts';
import { eachChild, formatPath, isHolder, type Holder } from '../json-path.ts';

type Path = (string | number)[];

/**
 * State as a client sent it, ready for a graph. Messages in LangChain's serialised form, which its SDK sends,
 * become plain ones; anything else in that form is refused, because a checkpoint that held it could not be read.
 * Parts that are fine already are shared, not copied.
 * @throws {HoldpointError} `invalid_request` that names the field.
 */
export const incomingState = (value: unknown, field: string): unknown => convert(value, [field]);

const convert = (value: unknown, path: Path): unknown => {
  if (!isHolder(value)) return value;
  return isRecord(value) && isSerialised(value) ? plainMessage(value, path) : convertChildren(value, path);
};

const convertChildren = (holder: Holder, path: Path): unknown => {
  let copy: Record<string | number, unknown> | undefined;
  eachChild(holder, (key, child) => {
    if (!isHolder(child)) return;
    path.push(key);
    const converted = convert(child, path);
    path.pop();
    if (converted === child) return;
    copy ??= (Array.isArray(holder) ? [...holder] : { ...holder }) as Record<string | number, unknown>;
    copy[key] = converted;
  });
  return copy ?? holder;
};

/** Forms that LangChain and LangGraph would read back from a checkpoint as something else than the data they are. */
const SERIALISED: Record<number, ReadonlySet<unknown>> = {
  1: new Set(['constructor', 'secret', 'not_implemented']),
  2: new Set(['constructor', 'undefined', 'delta_snapshot']),
};

const isSerialised = ({ lc, type }: Record<string, unknown>): boolean =>
  typeof lc === 'number' && SERIALISED[lc]?.has(type) === true;

const MESSAGE_CLASS = /^(Human|AI|System|Tool|Function|Chat|Remove)Message(Chunk)?$/;

const plainMessage = (value: Record<string, unknown>, path: Path): unknown => {
  const { lc, type, id, kwargs } = value;
  const match = MESSAGE_CLASS.exec(Array.isArray(id) ? String(id.at(-1)) : '');
  if (lc === 1 && type === 'constructor' && match?.[1] && isRecord(kwargs)) {
    const fields = convertChildren(kwargs, [...path, 'kwargs']) as Record<string, unknown>;
    return { ...fields, type: match[1].toLowerCase() };
  }
  const field = formatPath(path);
  throw new HoldpointError(
    'invalid_request',
    `${field}: objects with "lc" are LangChain's own serialised form and cannot be state`,
    { details: { field } },
  );
};
