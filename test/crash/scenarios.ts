import { expect } from 'vitest';
import type { CrashServer } from './crash-server.ts';
import { expectAgreement } from './inspect.ts';

export const STEPS = { steps: 3, ms: 5 };
export const TRAIL = ['step-1', 'step-2', 'step-3'];

/** Waits for a run's end; the run as it is then. */
export const ended = async ({ client }: CrashServer, threadId: string, runId: string) => {
  await client.runs.join(threadId, runId);
  return client.runs.get(threadId, runId);
};

export const effectsOf = (server: CrashServer, threadId: string): string[] =>
  server.effects(threadId).map(({ what }) => what);

/** The same where a process may have died in the midst of a step: one that was done again, as the same task, counts once. */
export const stepsOf = (server: CrashServer, threadId: string): string[] => [
  ...new Map(server.effects(threadId).map(({ what, task }) => [`${what} ${task}`, what])).values(),
];

export const newThread = async ({ client }: CrashServer): Promise<string> =>
  (await client.threads.create()).thread_id;

/** A thread whose question waits. */
export const heldThread = async (server: CrashServer): Promise<string> => {
  const threadId = await newThread(server);
  await server.client.runs.wait(threadId, 'gate', { input: {} });
  return threadId;
};

export const expectAnsweredOnce = async (
  server: CrashServer,
  threadId: string,
  did = effectsOf,
): Promise<void> => {
  expect(did(server, threadId)).toEqual(['prepare', 'answered yes', 'act']);
  const thread = await server.client.threads.get(threadId);
  expect(thread).toMatchObject({ status: 'idle', interrupts: {} });
  await expectAgreement(server.client, threadId);
  await expect(server.client.runs.wait(threadId, 'gate', { command: { resume: 'again' } })).rejects.toThrow(
    '409',
  );
};
