import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { INVENTORY } from '../wire/inventory.ts';
import { ROOT } from './files.ts';

/** Other protocols, with tests of their own kind; and what is no part of the wire but of its makers' tests. */
const ELSEWHERE = new Set(['a2a', 'mcp']);
const NOT_SERVED = 'POST /internal/truncate';

it('every operation of the LangGraph wire is driven by a test that says so', () => {
  const page = readFileSync(join(ROOT, 'docs/compatibility.md'), 'utf8');
  const rows = INVENTORY.filter(({ group }) => !ELSEWHERE.has(group)).map(
    ({ method, path }) => `${method} ${path}`,
  );
  const driven = (row: string): boolean =>
    page.split('\n').some((line) => line.startsWith(`| \`${row}\` `) && line.includes('.test.ts)'));
  expect(rows.filter((row) => row !== NOT_SERVED && !driven(row))).toEqual([]);
});
