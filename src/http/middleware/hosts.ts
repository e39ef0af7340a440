import { isIP } from 'node:net';
import { HoldpointError } from '../../model/errors.ts';

/** By which names the server may be called. */
export interface HostRules {
  /** Beside addresses and `localhost`, which no other page can have as its name; `*`: by any. */
  allowed: readonly string[];
  /** Whether they are asked for: not where nobody gets anything without a key, unless names are listed. */
  enforced: () => Promise<boolean>;
}

/**
 * A page whose name was made to point here (DNS rebinding) has the same origin as this server, to its browser: only the
 * name it calls by gives it away.
 * @throws {HoldpointError} `host_refused`.
 */
export const refuseStrangeHost = async (rules: HostRules, header: string | undefined): Promise<void> => {
  const host = nameIn(header);
  if (host === '' || isKnown(rules.allowed, host) || !(await rules.enforced())) return;
  throw new HoldpointError(
    'host_refused',
    `This server is not called ${host}. Add it to HOLDPOINT_HOSTS if it is.`,
    { details: { host } },
  );
};

/** Without the port and in small letters. */
const nameIn = (header = ''): string =>
  header
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

const isKnown = (allowed: readonly string[], host: string): boolean =>
  isIP(host) !== 0 ||
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  allowed.includes('*') ||
  allowed.some((one) => one.toLowerCase() === host);
