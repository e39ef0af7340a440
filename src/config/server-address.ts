import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Address = z.object({ url: z.string(), pid: z.int().positive() });

const fileIn = (dataDir: string): string => join(dataDir, 'server.json');

/**
 * Leaves word in the data folder where its server listens. Answers how to take that back, which leaves alone what
 * another server has said since.
 */
export const publishAddress = (dataDir: string, url: string): (() => void) => {
  const said = `${JSON.stringify({ url, pid: process.pid })}\n`;
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(fileIn(dataDir), said);
  } catch {
    return () => {}; // a server that keeps nothing here may not be allowed to write either
  }
  return () => {
    if (readIn(dataDir) === said) rmSync(fileIn(dataDir), { force: true });
  };
};

const readIn = (dataDir: string): string | undefined => {
  try {
    return readFileSync(fileIn(dataDir), 'utf8');
  } catch {
    return undefined;
  }
};

/** Where the server of this data folder listens; undefined when none runs. */
export const publishedAddress = (dataDir: string): string | undefined => {
  try {
    const { url, pid } = Address.parse(JSON.parse(readIn(dataDir) ?? ''));
    process.kill(pid, 0); // throws when that process is gone: the file was left by a crash
    return url;
  } catch {
    return undefined;
  }
};
