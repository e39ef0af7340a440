import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

interface Place {
  calls: unknown[];
  held: ServerResponse[];
  open: boolean;
  /** Callers that wait until so many calls have come. */
  awaiting: { calls: number; resolve: () => void }[];
}

/**
 * Where fixture graphs call out to: the test knows that a node has got there, holds it as long as it likes and
 * counts how often it came. Places are told apart by name.
 */
export interface Latch {
  url(name: string): string;
  /** Resolves when the place was called so often. */
  reached(name: string, calls?: number): Promise<void>;
  /** Lets go of everybody who waits there, and of everybody who comes later. */
  open(name: string): void;
  /** What has been said there so far. */
  calls(name: string): unknown[];
}

export const useLatch = (): Latch => {
  const places = new Map<string, Place>();
  const place = (name: string): Place => {
    const known = places.get(name) ?? { calls: [], held: [], open: false, awaiting: [] };
    places.set(name, known);
    return known;
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const here = place(decodeURIComponent((request.url ?? '/').slice(1)));
      here.calls.push(JSON.parse(Buffer.concat(parts).toString()));
      here.awaiting.filter(({ calls }) => calls <= here.calls.length).forEach(({ resolve }) => resolve());
      if (here.open) response.end('go');
      else here.held.push(response);
    });
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: (name) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${encodeURIComponent(name)}`,
    reached: (name, calls = 1) =>
      new Promise((resolve) => {
        const here = place(name);
        if (here.calls.length >= calls) resolve();
        else here.awaiting.push({ calls, resolve });
      }),
    open: (name) => {
      const here = place(name);
      here.open = true;
      here.held.splice(0).forEach((response) => response.end('go'));
    },
    calls: (name) => place(name).calls,
  };
};
