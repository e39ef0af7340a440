import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Shapes } from './graph-shape.ts';

export interface TypesQuestion {
  file: string;
  exportName: string;
}

export type TypesAnswer = { shapes: Shapes } | { problem: string };

const MEMORY_MB = 2048;

/**
 * Asks a process of its own, which executes nothing of the project and sees nothing of this one's environment.
 * @throws when it fails, or takes longer than `deadlineMs`; it is gone then.
 */
export const askTypes = (question: TypesQuestion, deadlineMs: number): Promise<Shapes> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.resolve('./read-types-process.js')), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${MEMORY_MB}`],
      env: {},
    });
    const deadline = setTimeout(() => end(new Error(`it took longer than ${deadlineMs} ms`)), deadlineMs);
    const end = (outcome: Shapes | Error): void => {
      clearTimeout(deadline);
      child.kill('SIGKILL');
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    child.once('message', (answer: TypesAnswer) =>
      end('shapes' in answer ? answer.shapes : new Error(answer.problem)),
    );
    child.once('error', end);
    child.once('exit', (code, signal) => end(new Error(`the process ended with ${code ?? signal}`)));
    child.send(question, (error) => error && end(error));
  });
