import type { Middleware } from 'koa';
import { HoldpointError, isHoldpointError, isUnavailable, UnstorableValueError } from '../../model/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { errorBody, errorHeaders, HTTP_STATUS } from '../error-map.ts';
import { loggedPath } from '../logged-path.ts';

/** Turns whatever was thrown into the error body. What is not ours is logged and told of by its request id only. */
export const errors =
  (log: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = told(thrown, {
        log,
        path: loggedPath(ctx.path),
        requestId: ctx.state['requestId'] as string | undefined,
      });
      if (ctx.headerSent) return;
      ctx.status = HTTP_STATUS[error.code];
      ctx.set(errorHeaders(error));
      ctx.body = errorBody(error);
    }
  };

/** What may be told of whatever was thrown; of the rest the log has more. */
export const told = (
  thrown: unknown,
  { log, requestId = '', ...about }: { log: Logger; requestId?: string | undefined; path?: string },
): HoldpointError => {
  const error = publicError(thrown, requestId);
  if (error.code === 'internal' || isUnavailable(thrown))
    log.error({ err: thrown, ...about, requestId }, 'request failed');
  return error;
};

const publicError = (thrown: unknown, requestId: string): HoldpointError => {
  if (isHoldpointError(thrown)) return thrown;
  if (thrown instanceof UnstorableValueError) return unstorable(thrown);
  if (isUnavailable(thrown)) return unavailable(thrown);
  const sqlite = sqliteError(thrown);
  if (sqlite) return sqlite;
  return new HoldpointError('internal', 'Internal server error. The log has more under the request id.', {
    details: { request_id: requestId },
    cause: thrown,
  });
};

const unstorable = ({ path, message }: UnstorableValueError): HoldpointError =>
  new HoldpointError('invalid_request', message, { details: { field: path } });

const unavailable = (cause: unknown): HoldpointError =>
  new HoldpointError(
    'storage_unavailable',
    'The database does not answer right now. Try again in a moment, and look first whether it was done.',
    { cause },
  );

const damaged = (cause: unknown): HoldpointError =>
  new HoldpointError(
    'storage_unavailable',
    'The database is damaged where this lies: nothing was changed. Restore a backup.',
    { cause },
  );

/** Storage that refuses is not a bug of the request: it can be tried again. */
const sqliteError = (thrown: unknown): HoldpointError | undefined => {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'SQLITE_FULL') {
    return new HoldpointError('storage_full', 'The disk is full: nothing was changed.', { cause: thrown });
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(thrown);
  if (!/^SQLITE_(BUSY|IOERR|LOCKED|CANTOPEN|READONLY)/.test(code)) return undefined;
  return new HoldpointError(
    'storage_unavailable',
    'The database cannot be written right now: nothing was changed.',
    { cause: thrown },
  );
};
