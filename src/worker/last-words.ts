import { writeSync } from 'node:fs';
import { shortened } from '../telemetry/redact.ts';
import { LAST_WORDS_FD, stackBefore, stackLines, type LastWords, type Said } from './protocol.ts';

const say = (said: Said | undefined): void => {
  try {
    writeSync(LAST_WORDS_FD, `${said ? JSON.stringify(said) : ''}\n`);
  } catch {
    // Nobody listens any more: what is to happen happens all the same.
  }
};

/** Tells the server why this process ends, at once: nothing is left to the event loop. */
export const sayLastWords = (lastWords: LastWords): void => say({ lastWords });

/** Tells the server what it is to think of if this process ends now; null takes that back. */
export const sayStanding = (standing: LastWords | null): void => say({ standing });

/** Tells the server that this process goes on. */
export const saySign = (): void => say(undefined);

/**
 * Names the run that ends this process: by an exception nobody can catch (thrown in a timer or an event
 * listener) or by calling `process.exit`. An end in no run's code is not reported.
 */
export const nameWhoEndsTheProcess = (currentRun: () => string | undefined): void => {
  let said = false;
  const tellWho = (what: string, stack: string[]): void => {
    const runId = currentRun();
    if (runId === undefined || said) return;
    said = true;
    sayLastWords({ what, runId, stack });
  };
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    tellWho(shortened(`the worker died of an uncaught ${name}: ${message}`), stackLines(stack));
  });
  const sayExit = (code: number): void =>
    tellWho(`process.exit(${code}) was called`, stackLines(stackBefore(sayExit), /node:/));
  process.on('exit', sayExit);
};
