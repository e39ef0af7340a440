import { passesFilters } from '../model/auth-filter.ts';
import { isRecord, type JsonObject } from '../model/json.ts';
import { threadNotFound } from '../model/not-found.ts';
import type { Principal } from '../model/principal.ts';
import { PARENT } from '../model/thread.ts';
import type { UserAuth } from '../resources/user-auth.ts';
import { check } from './bounds.ts';
import type { Route } from './route.ts';
import { Uuid } from './schemas.ts';
import { requireScope } from './scopes.ts';

/** The project's own rules, if it has some, and the metadata of the threads that they are of. */
interface Rules {
  auth: UserAuth | undefined;
  metadataOf: { thread: (id: string) => Promise<JsonObject | undefined> };
}

/**
 * A thread hears of those that name it as their parent, and they are paused with it: to name it is to operate it, for
 * a key, and to change it, for a user of the project's rules.
 * @throws {HoldpointError} `forbidden`, `thread_not_found`.
 */
export const mustReachParents = async (
  { auth, metadataOf }: Rules,
  { route, principal, body }: { route: Route; principal: Principal; body: unknown },
): Promise<void> => {
  if (route.scope === 'read') return; // a search that names one
  for (const id of new Set(parentsIn(body))) {
    requireScope(principal, 'operate');
    if (!auth || principal.key) continue;
    const value = { thread_id: id };
    const { filters } = await auth.authorize({ principal, event: 'threads:update', value });
    const metadata = filters && (await metadataOf.thread(id));
    if (metadata && !passesFilters(metadata, filters)) throw threadNotFound(id);
  }
};

/** The threads that metadata name as parents: of a thread, of runs, of what a command or a message starts. */
const parentsIn = (body: unknown): string[] => {
  if (Array.isArray(body)) return body.flatMap(parentsIn);
  if (!isRecord(body)) return [];
  const { metadata, params, message } = body;
  const parent = isRecord(metadata) ? check(Uuid, metadata[PARENT]).data : undefined;
  return [...(parent === undefined ? [] : [parent]), ...parentsIn(params), ...parentsIn(message)];
};
