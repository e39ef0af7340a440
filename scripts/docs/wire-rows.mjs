// Which operation of the LangGraph wire is served, and which tests drive it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from './markdown.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['test/wire', 'test/browser', 'test/a2a', 'test/mcp', 'test/control', 'test/security'];

/** What a file says by `drives(server, ['POST /threads', …])`. */
const DRIVES = /\bdrives\(\s*\w+,\s*\[([^\]]*)\]/g;

const rowsIn = (text) =>
  [...text.matchAll(DRIVES)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([^']+)'/g)].map(([, row]) => row),
  );

const driversOf = () => {
  const drivers = new Map();
  const files = FOLDERS.flatMap((folder) => filesIn(folder).map((name) => `${folder}/${name}`));
  for (const file of files) {
    for (const row of rowsIn(readFileSync(join(ROOT, file), 'utf8')))
      drivers.set(row, [...(drivers.get(row) ?? []), file]);
  }
  return drivers;
};

const filesIn = (folder) => {
  try {
    return readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.test.ts'))
      .toSorted();
  } catch {
    return [];
  }
};

/** A row whose route is another's upgrade. */
const UPGRADES = new Map([['GET /threads/*/stream/events', 'POST /threads/*/stream/events']]);
const NOTES = new Map([
  ['POST /internal/truncate', 'no: for tests of LangGraph’s own server'],
  ['GET /mcp/', 'refused, as there is nothing to listen to: [mcp](../test/mcp/mcp.int.test.ts)'],
  ['DELETE /mcp/', 'refused, as there is no session to end: [mcp](../test/mcp/mcp.int.test.ts)'],
]);

export const wireRows = async () => {
  const { INVENTORY, rowKey } = await import('../../test/wire/inventory.ts');
  const { allRoutes } = await import('../../src/http/routes.ts');
  const routes = allRoutes({ platform: {}, control: {}, streams: {}, metrics: {}, version: '' });
  const served = new Set(routes.map(({ method, path }) => rowKey(method.toUpperCase(), path)));
  const drivers = driversOf();
  const rows = INVENTORY.map(({ method, path }) => {
    const row = `${method} ${path}`;
    const key = rowKey(method, path);
    const tests = (drivers.get(row) ?? []).map((file) => `[${nameOf(file)}](../${file})`);
    const isServed = served.has(UPGRADES.get(key) ?? key);
    const shown = NOTES.get(row) ?? (isServed ? tests.join(', ') || 'served' : 'not served');
    return [`\`${row}\``, shown];
  });
  return table(['Operation', 'Driven by the tests'], rows);
};

const nameOf = (file) =>
  file
    .split('/')
    .at(-1)
    .replace(/\.(int|browser)?\.?test\.ts$/, '');
