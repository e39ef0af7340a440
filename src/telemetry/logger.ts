import { destination, pino, type Logger } from 'pino';
import { createRedact } from './redact.ts';
import type { LogLevel } from '../model/log-level.ts';

export type { Logger } from 'pino';

/**
 * JSON lines on standard error, so that standard output stays for people. One event is one line, whatever is in it;
 * secrets that are known, and what looks like one, never get there.
 */
export const createLogger = (
  level: LogLevel,
  bindings: Record<string, unknown> = {},
  secrets: readonly string[] = [],
): Logger =>
  pino(
    {
      level,
      base: bindings,
      hooks: { streamWrite: createRedact(secrets) },
      redact: ['req.headers.authorization', 'req.headers["x-api-key"]', 'req.headers.cookie'],
    },
    destination({ fd: 2, sync: true }),
  );
