import { destination, pino, type Logger } from 'pino';
import { createRedact, shortened } from './redact.ts';
import type { LogLevel } from '../model/log-level.ts';

export type { Logger } from 'pino';

/**
 * JSON lines on standard error, so that standard output stays for people. One event is one line, whatever is in it;
 * secrets that are known, and what looks like one, never get there, nor does all of a very long text.
 */
export const createLogger = (
  level: LogLevel,
  bindings: Record<string, unknown> = {},
  secrets: readonly string[] = [],
): Logger => {
  const withoutSecrets = createRedact(secrets);
  return pino(
    {
      level,
      base: bindings,
      hooks: { streamWrite: (line) => withoutSecrets(shortenedLine(line)) },
      redact: ['req.headers.authorization', 'req.headers["x-api-key"]', 'req.headers.cookie'],
    },
    standardError(),
  );
};

/** Characters of a line of which no text is shortened. */
const LONG_LINE = 100_000;

/** Still JSON. A graph may throw an error of any length, which is quoted more than once. */
const shortenedLine = (line: string): string => {
  if (line.length <= LONG_LINE) return line;
  const short = JSON.stringify(JSON.parse(line), (_, value: unknown) =>
    typeof value === 'string' ? shortened(value) : value,
  );
  return `${short}\n`;
};

/** Bytes of log that wait for a disk with room; older lines are kept, newer ones dropped. */
const MOST_WAITING = 1024 * 1024;

/** What cannot be written (the disk is full, nobody reads the pipe) is lost, and the process goes on. */
const standardError = (): ReturnType<typeof destination> => {
  const out = destination({ fd: 2, sync: true, maxLength: MOST_WAITING });
  out.on('error', () => {});
  return out;
};

/** The same for what is printed, by us or by a graph: to be called once in a process that must not end by it. */
export const outliveOutput = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
};
