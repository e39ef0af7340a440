import { Session } from 'node:inspector';
import { stackLines } from './protocol.ts';

/** Whose code runs on the main thread right now, and where it is. */
export interface WhoseCode {
  runId: string | null;
  /** Lines of a stack trace, innermost first. */
  stack: string[];
}

/** The name under which is asked, from outside, which run the code that runs belongs to. */
export const CURRENT_RUN = 'holdpoint.currentRun';

/** Evaluated in the midst of the code that runs, so it sees what that code would see. */
const WHO_AND_WHERE = `({
  runId: globalThis[Symbol.for('${CURRENT_RUN}')]?.() ?? null,
  stack: String(new Error().stack),
})`;
const OUR_OWN_FRAME = /at <anonymous>:\d+:\d+$/;

/** A session with the main thread, to be disconnected: while there is one the end of the process says so. */
export const mainThreadSession = (): Session => {
  const session = new Session();
  session.connectToMainThread();
  return session;
};

/** Interrupts the main thread wherever it is in JavaScript and asks it whose code that is. */
export const askWhose = (session: Session): Promise<WhoseCode> =>
  new Promise((resolve) => {
    session.post('Runtime.evaluate', { expression: WHO_AND_WHERE, returnByValue: true }, (error, answer) => {
      const found = (error ? {} : (answer?.result.value ?? {})) as { runId?: unknown; stack?: string };
      const runId = typeof found.runId === 'string' ? found.runId : null;
      resolve({ runId, stack: stackLines(found.stack, OUR_OWN_FRAME) });
    });
  });
