import { v5 as uuid5 } from 'uuid';
import type { Assistant } from '../model/assistant.ts';
import { isHoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import { matches } from '../model/json-match.ts';
import type { Run, RunKwargs } from '../model/run.ts';
import type { LifecycleDeps } from './deps.ts';
import type { LaunchRunInput } from './launch-run.ts';
import { noEvent } from './receive-event.ts';

interface EventLike {
  eventId: string;
  type: string;
  data: unknown;
}

type LaunchOnEventDeps = LifecycleDeps & { launchRun: (input: LaunchRunInput) => Promise<Run> };

const NAMESPACE = 'a3f1c0a4-5b1e-5d0c-9f51-4c1c3f7a6e11';

const MOST_ASSISTANTS = 1000;

export interface LaunchOnEvent {
  /** Whether some assistant is to be launched by it. */
  launches: (event: EventLike) => Promise<boolean>;
  /**
   * Launches what the events that all have seen are to launch, in the order they came. Throws where one cannot be
   * launched now (the queue is full, say): it is to be called again then.
   */
  launchAll: () => Promise<void>;
}

/**
 * Launches each assistant whose metadata say `launch_on: { event }` of this type (and whose `match` fits), on a thread
 * of its own whose id follows from assistant and event: the same event again launches nothing.
 */
export const createLaunchOnEvent = (deps: LaunchOnEventDeps): LaunchOnEvent => {
  const { storage } = deps;
  const wanting = async (event: EventLike): Promise<Assistant[]> => {
    const { items } = await storage.assistants.search({
      metadata: { launch_on: { event: event.type } },
      limit: MOST_ASSISTANTS,
      offset: 0,
      sortBy: 'created_at',
      sortOrder: 'asc',
    });
    return items.filter((one) => wants(one, event));
  };
  return {
    launches: async (event) => (await wanting(event)).length > 0,
    launchAll: async () => {
      for (;;) {
        const event = await storage.externalEvents.launching();
        if (!event) return;
        for (const assistant of await wanting(event)) await launch(deps, assistant, event);
        const known = await storage.transaction((ledger) => ledger.externalEvents.saw(event, 'done'));
        if (!known) throw noEvent(event);
      }
    },
  };
};

const wants = ({ metadata }: Assistant, { data }: EventLike): boolean => {
  const terms = metadata['launch_on'];
  const match = isRecord(terms) ? terms['match'] : undefined;
  return !isRecord(match) || matches(data, match);
};

const launch = async (deps: LaunchOnEventDeps, assistant: Assistant, event: EventLike): Promise<void> => {
  const { storage, log } = deps;
  const { assistantId } = assistant;
  const { eventId: id, type, data } = event;
  const threadId = uuid5(`${assistantId} ${id}`, NAMESPACE);
  if (await storage.threads.get(threadId)) return;
  try {
    await deps.launchRun({
      threadId,
      assistantId,
      ifNoThread: 'create',
      kwargs: { ...KWARGS, input: { event: { type, id, data } } },
      metadata: { launched_by_event: id },
      multitaskStrategy: 'reject',
      actor: 'event',
    });
  } catch (error) {
    if (!isHoldpointError(error) || !NOT_HELD_BACK_FOR.has(error.code)) throw error;
    log?.warn({ assistantId, eventId: id, code: error.code }, 'an event could not launch its assistant');
  }
};

/** The assistant is stopped, paused with "reject", or gone; or it was launched before, and that thread is being deleted. */
const NOT_HELD_BACK_FOR = new Set(['stopped', 'scope_paused', 'assistant_not_found', 'thread_not_found']);

const KWARGS: RunKwargs = {
  input: null,
  command: null,
  checkpoint: null,
  config: {},
  context: null,
  stream_mode: ['values'],
  stream_subgraphs: false,
  interrupt_before: null,
  interrupt_after: null,
  durability: 'sync',
  on_disconnect: 'continue',
  live: false,
};
