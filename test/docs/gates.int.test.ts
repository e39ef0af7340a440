import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RehearsalModel, startRehearsalModel } from '../../src/rehearsal/index.ts';
import { readText, ROOT } from '../house/files.ts';
import { temporaryFolder } from '../support/server.ts';

interface Block {
  language: string;
  text: string;
}

const blocks: Block[] = [...readText('docs/gates.md').matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text }),
);

const fileName = ({ text }: Block): string => /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? 'a block without a name';

/** Each command of the page, with what the page says it prints. */
const commands = blocks.flatMap(({ language, text }, index) =>
  language === 'sh' ? [[text, blocks[index + 1]?.text ?? ''] as const] : [],
);

describe('the page about gates', () => {
  const folder = temporaryFolder();
  let model: RehearsalModel;

  beforeAll(async () => {
    model = await startRehearsalModel();
    for (const name of ['dist', 'node_modules', 'package.json'])
      symlinkSync(join(ROOT, name), join(folder, name));
    for (const block of blocks.filter(({ language }) => language === 'ts'))
      writeFileSync(join(folder, fileName(block)), block.text);
  });
  afterAll(() => model.close());

  it.each(commands)('%s prints what it says', async (command, printed) => {
    const { stdout } = await promisify(execFile)('bash', ['-c', command], {
      cwd: folder,
      env: { ...process.env, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: model.url },
    });
    expect(stdout.trim()).toBe(printed);
  });

  it('has no program that is not run, by itself or by another', () => {
    const run = commands.map(([command]) => command.split(' ').at(-1) ?? '');
    const programs = blocks.filter(({ language }) => language === 'ts').map(fileName);
    const imported = blocks.flatMap(({ text }) =>
      [...text.matchAll(/from '\.\/(\S+)'/g)].map(([, name]) => name),
    );
    expect(programs.filter((name) => !run.includes(name) && !imported.includes(name))).toEqual([]);
    expect(run).toHaveLength(3);
  });
});
