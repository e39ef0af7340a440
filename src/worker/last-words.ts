import { writeSync } from 'node:fs';
import { LAST_WORDS_FD, stackBefore, stackLines, type LastWords } from './protocol.ts';

/** Tells the server why this process ends, at once: nothing is left to the event loop. */
export const sayLastWords = (words: LastWords): void => {
  try {
    writeSync(LAST_WORDS_FD, `${JSON.stringify(words)}\n`);
  } catch {
    // Nobody listens any more: the process ends all the same.
  }
};

/** Tells the server that this process goes on. */
export const saySign = (): void => {
  try {
    writeSync(LAST_WORDS_FD, '\n');
  } catch {
    // Nobody listens any more.
  }
};

/**
 * Names the run that ends this process: by an exception nobody can catch (thrown in a timer or an event
 * listener) or by calling `process.exit`. An end in no run's code is not reported.
 */
export const nameWhoEndsTheProcess = (currentRun: () => string | undefined): void => {
  let said = false;
  const say = (what: string, stack: string[]): void => {
    const runId = currentRun();
    if (runId === undefined || said) return;
    said = true;
    sayLastWords({ what, runId, stack });
  };
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    say(`the worker died of an uncaught ${name}: ${message}`, stackLines(stack));
  });
  const sayExit = (code: number): void =>
    say(`process.exit(${code}) was called`, stackLines(stackBefore(sayExit), /node:/));
  process.on('exit', sayExit);
};
