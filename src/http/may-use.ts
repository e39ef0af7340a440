import type { Assistant } from '../model/assistant.ts';
import { passesFilters } from '../model/auth-filter.ts';
import { isHoldpointError } from '../model/errors.ts';
import { assistantNotFound } from '../model/not-found.ts';
import type { Principal } from '../model/principal.ts';
import type { UserAuth } from '../resources/user-auth.ts';

/** The project's own rules, and what there is that they are of. */
interface Rules {
  auth: UserAuth;
  /** By its id or that of its graph; undefined when there is none. */
  assistant: (id: string) => Promise<Assistant | undefined>;
  /** Whether it is the assistant that a graph always has. */
  isSystem: (assistant: Assistant) => boolean;
}

/**
 * Whether a run of theirs may be of this assistant. Those that the graphs always have are everybody's, whatever the
 * metadata of any say.
 * @throws {HoldpointError} `forbidden` when the rules say so.
 */
export const mayUse = async (
  { auth, isSystem }: Rules,
  principal: Principal,
  assistant: Assistant,
): Promise<boolean> => {
  if (isSystem(assistant)) return true;
  const { assistantId, metadata } = assistant;
  const value = { assistant_id: assistantId };
  const { filters } = await auth.authorize({ principal, event: 'assistants:read', value });
  return !filters || passesFilters(metadata, filters);
};

/** The same of one of many: what the rules forbid is not among those that there are for the caller. */
export const isFor = (rules: Rules, principal: Principal, assistant: Assistant): Promise<boolean> =>
  mayUse(rules, principal, assistant).catch(unlessForbidden);

/** A run of an assistant that somebody else made is refused as if it were not there. */
export const mustUse = async (rules: Rules, principal: Principal, id: unknown): Promise<void> => {
  if (typeof id !== 'string') return;
  const assistant = await rules.assistant(id);
  if (assistant && !(await mayUse(rules, principal, assistant))) throw assistantNotFound(id);
};

const unlessForbidden = (error: unknown): false => {
  if (isHoldpointError(error) && error.code === 'forbidden') return false;
  throw error;
};
