import type { Assistant } from '../model/assistant.ts';
import { passesFilters } from '../model/auth-filter.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { assistantNotFound } from '../model/not-found.ts';
import type { Principal } from '../model/principal.ts';
import type { UserAuth } from '../resources/user-auth.ts';

/** The project's own rules, and what there is that they are of. */
interface Rules {
  auth: UserAuth;
  metadataOf: { assistant: (id: string) => Promise<JsonObject | undefined> };
}

type Facts = Pick<Assistant, 'assistantId' | 'metadata'>;

/**
 * Whether a run of theirs may be of this assistant. Those that came with the project are everybody's.
 * @throws {HoldpointError} `forbidden` when the rules say so.
 */
export const mayUse = async (
  { auth }: Rules,
  principal: Principal,
  { assistantId, metadata }: Facts,
): Promise<boolean> => {
  if (metadata['created_by'] === 'system') return true;
  const value = { assistant_id: assistantId };
  const { filters } = await auth.authorize({ principal, event: 'assistants:read', value });
  return !filters || passesFilters(metadata, filters);
};

/** The same of one of many: what the rules forbid is not among those that there are for the caller. */
export const isFor = (rules: Rules, principal: Principal, assistant: Facts): Promise<boolean> =>
  mayUse(rules, principal, assistant).catch(unlessForbidden);

/** A run of an assistant that somebody else made is refused as if it were not there. */
export const mustUse = async (rules: Rules, principal: Principal, id: unknown): Promise<void> => {
  if (typeof id !== 'string') return;
  const metadata = await rules.metadataOf.assistant(id);
  if (metadata && !(await mayUse(rules, principal, { assistantId: id, metadata })))
    throw assistantNotFound(id);
};

const unlessForbidden = (error: unknown): false => {
  if (isHoldpointError(error) && error.code === 'forbidden') return false;
  throw error;
};
