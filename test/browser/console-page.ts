import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Patience of a page on a busy machine. */
export const PATIENCE = 60_000;

export interface ConsoleOptions {
  url: string;
  scheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  path?: string;
  /** Where the person is, as `Asia/Kolkata`. */
  timezone?: string;
  /** What fades and turns does so; else the page is asked to keep still, which is less to draw. */
  moves?: boolean;
}

export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** What the page did that its policy forbids, and every error it had. Both are to be empty. */
  problems: string[];
}

/** Opens the console in a profile of its own; closed when the test ends. */
export const openConsole = async (browser: Browser, options: ConsoleOptions): Promise<ConsolePage> => {
  const { url, scheme = 'light', width = 1360, height = 860, path = '/console/', timezone, moves } = options;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: moves ? 'no-preference' : 'reduce',
    ...(timezone !== undefined && { timezoneId: timezone }),
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|violates|Refused to/.test(message.text())) problems.push(message.text());
  });
  await page.goto(`${url}${path}`);
  return { page, context, problems };
};

interface AxeResults {
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[];
}

/** What of the page as it is now is hard to use for some. */
export const barriersOn = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axeSource);
  // Fading in, things have no contrast yet.
  await page.evaluate(
    'Promise.all(document.getAnimations().map((each) => each.effect.getTiming().iterations === Infinity ? null : each.finished.catch(() => null)))',
  );
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] })`,
  )) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} ${target.join(' ')} ${failureSummary ?? ''}`),
  );
};

/** Whether the page is wider than its window. */
export const overflows = async (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** The status that the heading of a thread's screen shows. */
export const showsStatus = async (page: Page, status: string): Promise<void> => {
  const pill = page.locator('#main').getByText(status, { exact: true }).first();
  await pill.waitFor().catch(async () => {
    throw new Error(`it never said "${status}": ${await page.locator('#main').innerText()}`);
  });
};

/** Waits until the question has been there for long enough to be decided. */
export const decidable = (within: Page | Locator): Promise<void> =>
  within
    .getByRole('button', { name: /^(Approve|Respond…)/, disabled: false })
    .first()
    .waitFor();

/** Presses keys one after the other. */
export const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

export const noProblems = ({ problems }: ConsolePage): void => expect(problems).toEqual([]);
