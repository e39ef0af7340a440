import { expect, it } from 'vitest';
import { INVENTORY, rowKey } from './inventory.ts';
import type { SharedServer } from './server.ts';

/**
 * Names the operations that a file of tests drives: `docs/compatibility.md` lists it for them. Said at the end of the
 * file, it is a test itself: the server must have answered each of them well, by its own count.
 */
export const drives = (server: Pick<SharedServer, 'answered'>, rows: string[]): void => {
  it('drives the operations that it names', async () => {
    const known = new Set(INVENTORY.map(({ method, path }) => `${method} ${path}`));
    expect(rows.filter((row) => !known.has(row))).toEqual([]);
    const missing = async (): Promise<string[]> => {
      const answered = await server.answered();
      return rows.filter((row) => {
        const [method = '', path = ''] = row.split(' ');
        return !answered.has(rowKey(method, path));
      });
    };
    // A stream is counted when it has ended, which the server hears a moment after its reader left.
    await expect.poll(missing, { timeout: 60_000 }).toEqual([]);
  });
};
