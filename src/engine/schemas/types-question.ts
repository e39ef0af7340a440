import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Shapes } from './graph-shape.ts';

export interface TypesQuestion {
  file: string;
  exportName: string;
}

export type TypesAnswer = { shapes: Shapes } | { problem: string };

const MEMORY_MB = 2048;
/** How long a process stays for the next question: what it has read of packages it need not read again. */
const IDLE_MS = 1000;

export interface TypesReader {
  /**
   * Asks a process of its own, which executes nothing of the project and sees nothing of this one's environment. One
   * question after another; the process ends when there are no more.
   * @throws when it fails, or takes longer than the deadline; it is gone then, and the next question finds another.
   */
  ask(question: TypesQuestion): Promise<Shapes>;
  /** Ends the process; what is being asked fails. */
  close(): void;
}

export interface TypesReaderOptions {
  deadlineMs: number;
  /** Whether it gives way to everything else on the machine. */
  low: boolean;
}

export const createTypesReader = ({ deadlineMs, low }: TypesReaderOptions): TypesReader => {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const end = (): void => {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  };
  const next = async (question: TypesQuestion): Promise<Shapes> => {
    clearTimeout(idle);
    child ??= startReader(low);
    try {
      const shapes = await answerOf(child, question, deadlineMs);
      idle = setTimeout(end, IDLE_MS).unref();
      return shapes;
    } catch (error) {
      end();
      throw error;
    }
  };
  return {
    ask: (question) => {
      const turn = last.then(
        () => next(question),
        () => next(question),
      );
      last = turn;
      return turn;
    },
    close: end,
  };
};

const startReader = (low: boolean): ChildProcess => {
  const child = fork(fileURLToPath(import.meta.resolve('./read-types-process.js')), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${MEMORY_MB}`],
    env: {},
  });
  child.on('error', () => {}); // whoever asks hears of it
  if (low) giveWay(child);
  return child;
};

const giveWay = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    return; // it is gone already, which whoever asks hears of
  }
};

const answerOf = (child: ChildProcess, question: TypesQuestion, deadlineMs: number): Promise<Shapes> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(deadline);
      child.off('message', onMessage).off('error', fail).off('exit', onExit);
    };
    const fail = (error: Error): void => {
      done();
      reject(error);
    };
    const onMessage = (answer: TypesAnswer): void => {
      if ('problem' in answer) return fail(new Error(answer.problem));
      done();
      resolve(answer.shapes);
    };
    const onExit = (code: number | null, signal: string | null): void =>
      fail(new Error(`the process ended with ${code ?? signal}`));
    const deadline = setTimeout(() => fail(new Error(`it took longer than ${deadlineMs} ms`)), deadlineMs);
    child.once('message', onMessage).once('error', fail).once('exit', onExit);
    child.send(question, (error) => error && fail(error));
  });
