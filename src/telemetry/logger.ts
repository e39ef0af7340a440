import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from '../model/log-level.ts';

export type { Logger } from 'pino';

/** JSON lines on standard error, so that standard output stays for people. Secrets in headers never get there. */
export const createLogger = (level: LogLevel, bindings: Record<string, unknown> = {}): Logger =>
  pino(
    {
      level,
      base: bindings,
      redact: ['req.headers.authorization', 'req.headers["x-api-key"]', 'req.headers.cookie'],
    },
    destination({ fd: 2, sync: true }),
  );
