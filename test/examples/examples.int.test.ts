import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { cellsOf, pathOf, runScript, startKernel } from './run.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerProcess({
    config: fileURLToPath(new URL('../../langgraph.json', import.meta.url)),
  });
});
afterAll(() => server.kill('SIGTERM'));

const scripts = (folder: string): string[] => readdirSync(pathOf(folder)).map((name) => `${folder}/${name}`);

/** What each script has to say in the end, beside ending well. */
const SAYS: Record<string, RegExp> = {
  'client/launch.ts': /success/,
  'client/stream.ts': /token/,
  'client/approve.ts': /awaiting_decision[\s\S]*write_file[\s\S]*success/,
  'client/edit.ts': /^success/,
  'client/reject.ts': /^success/,
  'client/pause-and-resume.ts': /^paused\nsuccess/,
  'client/log.ts': /claim by/,
  'client/stop.ts': /^stopped/,
  'sdk/launch.ts': /characters of state/,
  'sdk/stream.ts': /updates/,
  'sdk/approve.ts': /^interrupted 1 question\nidle/,
  'sdk/edit.ts': /^idle/,
  'sdk/pause-and-resume.ts': /^interrupted\nidle/,
  'sdk/fork.ts': /moons, question 3/,
  'sdk/log.ts': /finish by/,
  'sdk/stop.ts': /^interrupted\ninterrupted/,
  'python/story.py':
    /waits:[\s\S]*says: Done[\s\S]*state: paused\nstate: success\nforked: moons[\s\S]* finish by/,
};

describe('the examples', () => {
  it.each([...scripts('client'), ...scripts('sdk'), ...scripts('python')])(
    '%s does what it says',
    { concurrent: true },
    async (file) => {
      expect(await runScript(file, server.url)).toMatch(SAYS[file] ?? /never said/);
    },
  );
});

describe.each(['typescript', 'python'] as const)('the %s notebook', (language) => {
  const cells = cellsOf(`notebooks/${language}.ipynb`);
  let kernel: ReturnType<typeof startKernel>;
  const said: string[] = [];
  beforeAll(() => {
    kernel = startKernel(language, server.url);
  });
  afterAll(() => kernel.close());

  it.each(cells)('executes $id', async ({ code }) => {
    const out = await kernel.execute(code);
    expect(out).not.toContain('Traceback');
    said.push(out);
  });

  it('has launched, followed, approved, edited, paused, resumed, forked and read the log', () => {
    const all = said.join('');
    for (const word of [
      'write_file',
      'send_email',
      'paused',
      'success 20',
      'moons, question 20',
      'resume by',
    ])
      expect(all).toContain(word);
  });
});
