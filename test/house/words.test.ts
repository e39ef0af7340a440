import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { HTTP_STATUS } from '../../src/http/error-map.ts';
import { ERROR_CODES, RUN_FAILURES } from '../../src/model/errors.ts';
import { RUN_STATES, RUN_TRANSITIONS } from '../../src/model/run-state.ts';
import { readText } from './files.ts';

/** The rows of the tables of a page, as their cells. */
const rows = (page: string): string[][] =>
  readText(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );

describe('the words of the product', () => {
  it.each(ERROR_CODES)('documents the error %s with its status and what it means', (code) => {
    const row = rows('docs/errors.md').find(([name]) => name === `\`${code}\``);
    expect(row?.[1]).toBe(String(HTTP_STATUS[code]));
    expect(row?.at(-1)).toMatch(/\w{3}.*\.$/);
  });

  it.each(RUN_FAILURES)('documents the failure %s', (reason) => {
    expect(rows('docs/errors.md').some(([name, meaning]) => name === `\`${reason}\`` && meaning)).toBe(true);
  });

  it.each(Object.values(SETTINGS))(
    'explains the setting $env in a sentence, and documents it',
    ({ env, help }) => {
      expect(env).toMatch(/^HOLDPOINT_[A-Z_]+$/);
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(rows('docs/settings.md').some(([name]) => name === `\`${env}\``)).toBe(true);
    },
  );

  it('has no two settings with one name', () => {
    const names = Object.values(SETTINGS).map(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(RUN_STATES)('documents where a run can go from %s', (state) => {
    const row = rows('docs/run-states.md').find(([name]) => name === `\`${state}\``);
    for (const [transition, to] of Object.entries(RUN_TRANSITIONS[state])) {
      expect(row?.[2]).toContain(`\`${transition}\` → \`${to}\``);
    }
  });
});
