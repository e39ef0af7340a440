import { afterEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';
import { readEffects, until } from './crash-server.ts';

const CONFIG = builtGraphs('crash');

let server: ServerUnderTest;
const dataDir = temporaryFolder();
const effectsFile = join(dataDir, 'effects.jsonl');

const start = async (): Promise<void> => {
  server = await startServerProcess({ dataDir, config: CONFIG, env: { EFFECTS_FILE: effectsFile } });
};

const killAndStartAgain = async (): Promise<void> => {
  await server.kill('SIGKILL');
  await start();
};

const effectsOf = (threadId: string): string[] =>
  readEffects(effectsFile)
    .filter((effect) => effect.threadId === threadId)
    .map(({ what }) => what);

afterEach(() => server.kill());

describe('the server, killed with kill -9', () => {
  it('while a run is held: started again, the question still waits; approved, it goes on', async () => {
    await start();
    const { thread_id: threadId } = await server.client.threads.create();
    await server.client.runs.wait(threadId, 'gate', { input: {} });
    const before = await server.client.threads.get(threadId);
    expect(before.status).toBe('interrupted');

    await killAndStartAgain();

    expect(await server.client.threads.get(threadId)).toEqual(before);
    expect(effectsOf(threadId)).toEqual(['prepare']);
    const result = await server.client.runs.wait(threadId, 'gate', { command: { resume: 'yes' } });
    expect(result).toMatchObject({ trail: ['prepare', 'answered yes', 'act'] });
    expect(effectsOf(threadId)).toEqual(['prepare', 'answered yes', 'act']);
  });

  it('while a run is running: started again, it continues by itself from its last checkpoint', async () => {
    await start();
    const { thread_id: threadId } = await server.client.threads.create();
    const { run_id: runId } = await server.client.runs.create(threadId, 'steps', {
      input: { steps: 5, ms: 200 },
    });
    await until(() => effectsOf(threadId).includes('step-3'));

    await killAndStartAgain();

    await server.client.runs.join(threadId, runId);
    expect(await server.client.runs.get(threadId, runId)).toMatchObject({ status: 'success' });
    // The step that was cut is done again, under the same task; those before it are not.
    const [cut, again] = readEffects(effectsFile).filter(
      (effect) => effect.threadId === threadId && effect.what === 'step-3',
    );
    expect(again?.task).toBe(cut?.task);
    expect(effectsOf(threadId)).toEqual(['step-1', 'step-2', 'step-3', 'step-3', 'step-4', 'step-5']);
  });
});
