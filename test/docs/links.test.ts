import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, readText, ROOT } from '../house/files.ts';

const PAGES = [...filesIn('.', { deep: false }), ...filesIn('docs'), ...filesIn('graphs')].filter((file) =>
  file.endsWith('.md'),
);

/** Text outside of fenced code. */
const prose = (page: string): string => readText(page).replace(/^```[\s\S]*?^```$/gm, '');

/** The anchor GitHub gives a heading. */
const anchors = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

const broken = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : normalize(join(dirname(page), file));
      if (!existsSync(join(ROOT, path))) return true;
      return anchor !== undefined && !anchors(path).includes(anchor);
    });

describe('the pages', () => {
  it.each(PAGES)('%s links only to what is there', (page) => {
    expect(broken(page)).toEqual([]);
  });

  it.each(PAGES)('%s has one title', (page) => {
    expect(prose(page).match(/^# /gm)).toHaveLength(1);
  });

  it('reach every page of docs/ from the README', () => {
    const reached = new Set(['README.md', 'docs/decisions']);
    const follow = (page: string): void => {
      for (const [, target = ''] of prose(page).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
        const path = normalize(join(dirname(page), target)).replace(/\/$/, '');
        if (reached.has(path) || !PAGES.includes(path)) continue;
        reached.add(path);
        follow(path);
      }
    };
    follow('README.md');
    const pages = PAGES.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/decisions/'));
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
