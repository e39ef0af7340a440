import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from '../config/settings.ts';
import { HoldpointError } from '../model/errors.ts';

/** How many ports after the default one are tried when it is taken. */
const PORTS_TRIED = 20;

/**
 * Listens, on the next free port where the default one is taken. Answers the address.
 * @throws {HoldpointError} `invalid_request` when no port is free, or the host is none of this machine.
 */
export const listen = async (
  server: Server,
  { host, port }: Pick<Settings, 'host' | 'port'>,
): Promise<string> => {
  const last = port === DEFAULT_PORT ? port + PORTS_TRIED : port;
  for (let candidate = port; ; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, 'listening');
      const { port: actual } = server.address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
    } catch (error) {
      if (!isTaken(error)) throw noPlace(host, error);
      if (candidate >= last) {
        throw new HoldpointError(
          'invalid_request',
          `Port ${candidate} is taken. Choose another with --port.`,
          { cause: error },
        );
      }
    }
  }
};

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/** The system's own words say which of the two is wrong, and why. */
const noPlace = (host: string, cause: unknown): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `HOLDPOINT_HOST=${host} and HOLDPOINT_PORT do not name a place to listen on: ${(cause as Error).message}.`,
    { cause },
  );

const DEFAULT_PORT = 2024;
