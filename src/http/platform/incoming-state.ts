import { HoldpointError } from '../../model/errors.ts';
import { isRecord } from '../../model/json.ts';

/**
 * State as a client sent it, ready for a graph. Messages in LangChain's serialised form, which its SDK sends,
 * become plain ones; anything else in that form is refused, because a checkpoint that held it could not be read.
 * @throws {HoldpointError} `invalid_request` that names the field.
 */
export const incomingState = (value: unknown, field: string): unknown => {
  if (Array.isArray(value)) return value.map((item, index) => incomingState(item, `${field}[${index}]`));
  if (!isRecord(value)) return value;
  if (value['lc'] === 1 || value['lc'] === 2) return plainMessage(value, field);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, incomingState(item, `${field}.${key}`)]),
  );
};

const MESSAGE_CLASS = /^(Human|AI|System|Tool|Function|Chat|Remove)Message(Chunk)?$/;

const plainMessage = (value: Record<string, unknown>, field: string): unknown => {
  const match = MESSAGE_CLASS.exec(Array.isArray(value['id']) ? String(value['id'].at(-1)) : '');
  if (value['type'] === 'constructor' && match?.[1] && isRecord(value['kwargs'])) {
    const kwargs = incomingState(value['kwargs'], `${field}.kwargs`) as Record<string, unknown>;
    return { ...kwargs, type: match[1].toLowerCase() };
  }
  throw new HoldpointError(
    'invalid_request',
    `${field}: objects with "lc" are LangChain's own serialised form and cannot be state`,
    {
      details: { field },
    },
  );
};
