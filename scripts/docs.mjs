// Writes the parts of the documentation that the code itself knows: `npm run docs`. With --check nothing is
// written, and a part that no longer says what the code says fails: `npm run check` runs that.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { register } from 'tsx/esm/api';
import { agentPicture } from './docs/agent-picture.mjs';
import { cliPage } from './docs/cli.mjs';
import { consoleApi } from './docs/console-api.mjs';
import { errorsPage } from './docs/errors.mjs';
import { guaranteesPage } from './docs/guarantees.mjs';
import { httpApiPage } from './docs/http-api.mjs';
import { runStatesPage } from './docs/run-states.mjs';
import { settingsPage } from './docs/settings.mjs';
import { wireRows } from './docs/wire-rows.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Whole pages and files, and parts of pages between two markers. The sources are read, not dist/: it may be older. */
const GENERATED = [
  { file: 'docs/http-api.md', page: httpApiPage },
  { file: 'docs/cli.md', page: cliPage },
  { file: 'docs/errors.md', page: errorsPage },
  { file: 'docs/guarantees.md', page: guaranteesPage },
  { file: 'docs/run-states.md', page: runStatesPage },
  { file: 'docs/settings.md', page: settingsPage },
  { file: 'console/src/api/schema.ts', whole: consoleApi },
  { file: 'docs/compatibility.md', part: 'operations', content: wireRows },
  { file: 'README.md', part: 'agent graph', content: agentPicture },
  { file: 'graphs/agent/README.md', part: 'agent graph', content: agentPicture },
];

const MARK = '<!-- Written by scripts/docs.mjs from the code: edit that, then "npm run docs". -->';

const read = (file) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '');

/** The file as it should be. */
const expected = async ({ file, ...how }) => {
  const text = await textOf(file, how);
  const options = await prettier.resolveConfig(join(ROOT, file));
  return prettier.format(text, { ...options, filepath: file });
};

const textOf = async (file, { page, whole, part, content }) => {
  if (page) return withMark(await page());
  return whole ? whole() : replacePart(read(file), { file, part, text: await content() });
};

const withMark = (text) => text.replace('\n', `\n\n${MARK}\n`);

const replacePart = (whole, { file, part, text }) => {
  const begin = `<!-- begin ${part}: written by scripts/docs.mjs -->`;
  const end = `<!-- end ${part} -->`;
  const [before, rest] = whole.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${file} has no "${begin}" … "${end}"`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
};

const check = process.argv.includes('--check');
register();
const stale = [];
for (const generated of GENERATED) {
  const text = await expected(generated);
  if (text === read(generated.file)) continue;
  stale.push(generated.file);
  if (!check) writeFileSync(join(ROOT, generated.file), text);
}
if (stale.length === 0) console.log('Generated documentation is up to date.');
else if (check) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run docs" and commit what it writes.`);
  process.exitCode = 1;
} else console.log(`Written: ${stale.join(', ')}`);
