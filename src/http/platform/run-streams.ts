import { HoldpointError } from '../../model/errors.ts';
import { LOG_START, parseEventId, type EventCursor } from '../../model/run-event.ts';
import type { Run } from '../../model/run.ts';
import { StreamReply } from '../route.ts';
import { hasLeft, keepAlive, sse } from '../sse.ts';
import type { PlatformDeps } from './deps.ts';
import { wantsEvent } from './stream-filter.ts';

interface FollowOptions {
  run: Run;
  /** Whom the log names, where the run is cancelled by leaving. */
  actor: string;
  /** How the run is addressed; the default is by its thread. */
  path?: string;
  cancelOnDisconnect: boolean;
  modes?: string[] | undefined;
  lastEventId?: string | undefined;
}

const pathOf = ({ threadId, runId }: Run): string => `/threads/${threadId}/runs/${runId}`;

/** The run's events from `lastEventId` on. Clients reconnect to `Location`. */
export const followReply = (
  deps: PlatformDeps,
  { run, actor, path = pathOf(run), cancelOnDisconnect, modes, lastEventId }: FollowOptions,
): StreamReply => {
  const after = cursorOf(lastEventId);
  return sse({
    events: (signal) => deps.followRun({ run, after, signal }),
    wanted: wantsEvent(modes),
    heartbeatMs: deps.heartbeatMs,
    headers: { 'Content-Location': path, Location: `${path}/stream` },
    onLeft: () => cancelOnDisconnect && cancelQuietly(deps, run, actor),
  });
};

const cursorOf = (lastEventId: string | undefined): EventCursor => {
  const cursor = lastEventId === undefined ? LOG_START : parseEventId(lastEventId);
  if (cursor) return cursor;
  throw new HoldpointError('invalid_request', `Last-Event-ID ${lastEventId} is no event id of this server.`, {
    details: { field: 'Last-Event-ID' },
  });
};

/**
 * The run's result once it is at rest, as JSON; line breaks before it keep the connection alive. A run that
 * failed answers `{"__error__": {error, message}}`, with status 200, as LangGraph clients expect.
 */
export const waitReply = (
  deps: PlatformDeps,
  options: Pick<FollowOptions, 'run' | 'actor' | 'path' | 'cancelOnDisconnect'>,
): StreamReply => {
  const { run, actor, path = pathOf(run), cancelOnDisconnect } = options;
  const headers = {
    'Content-Type': 'application/json',
    'Content-Location': path,
    Location: `${path}/join`,
  };
  return new StreamReply(headers, async (response, signal) => {
    const beat = keepAlive(response, { every: deps.heartbeatMs, sign: '\n' });
    try {
      const ended = await deps.awaitRun({ threadId: run.threadId, runId: run.runId, signal });
      if (signal.aborted) {
        if (cancelOnDisconnect && hasLeft(signal)) cancelQuietly(deps, run, actor);
        return;
      }
      response.write(ended ? await resultOf(deps, ended) : encodeError('RunDeleted', 'the run was deleted'));
    } finally {
      beat.stop();
    }
  });
};

const resultOf = async (deps: PlatformDeps, run: Run): Promise<string> =>
  run.failure ? encodeError(run.failure.error, run.failure.message) : deps.runResult(run);

const encodeError = (error: string, message: string): string =>
  JSON.stringify({ __error__: { error, message } });

/** The client is gone: nobody is left to hear that the run had ended already. */
const cancelQuietly = (deps: PlatformDeps, { threadId, runId }: Run, actor: string): void => {
  deps.cancelRun({ threadId, runId, actor, reason: 'the client disconnected' }).catch(() => {});
};
