import { api, pageOf } from './client.ts';
import type { ActivityLine, ActivitySearch } from './queries.ts';

const LINES_PER_PAGE = 500;

/** More would fill the memory of a tab; the API gives all of them. */
export const MOST_LINES = 50_000;

/** Every line that matches, newest first, up to MOST_LINES. */
export const allActivity = async (
  search: ActivitySearch,
  onProgress: (lines: number) => void,
): Promise<ActivityLine[]> => {
  const lines: ActivityLine[] = [];
  for (let before: number | null | undefined; before !== null && lines.length < MOST_LINES;) {
    const page: { items: ActivityLine[]; next: number | null } = await pageOf(
      api.GET('/activity', {
        params: {
          query: {
            ...search,
            limit: LINES_PER_PAGE,
            ...(before !== undefined && { before }),
          },
        },
      }),
    );
    lines.push(...page.items);
    onProgress(lines.length);
    before = page.next;
  }
  return lines;
};

const COLUMNS = ['id', 'at', 'thread_id', 'run_id', 'actor', 'kind', 'from', 'to', 'detail'] as const;

/** A table that spreadsheets read; what they would take for a formula stays text. */
export const toCsv = (lines: ActivityLine[]): string =>
  [COLUMNS.join(','), ...lines.map((line) => COLUMNS.map((column) => cell(line[column])).join(','))].join(
    '\r\n',
  );

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One JSON object on each line. */
export const toJsonLines = (lines: ActivityLine[]): string =>
  lines.map((line) => JSON.stringify(line)).join('\n');
