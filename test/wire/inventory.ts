import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An operation of the LangGraph wire, as its clients know it. */
export interface WireRow {
  group: string;
  method: string;
  path: string;
}

/** All operations that the servers and clients of LangGraph have. */
export const INVENTORY = JSON.parse(
  readFileSync(fileURLToPath(new URL('inventory.json', import.meta.url)), 'utf8'),
) as WireRow[];

/** One spelling for paths, however their parameters are written. */
export const rowKey = (method: string, path: string): string =>
  `${method} ${path.replaceAll(/:\w+|\{\w+\}/g, '*').replace(/(.)\/$/, '$1')}`;
