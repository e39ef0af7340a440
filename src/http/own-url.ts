import type { IncomingHttpHeaders } from 'node:http';
import { HoldpointError } from '../model/errors.ts';

const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/**
 * The server as this caller reached it. Of the scheme each proxy says a word, the one that was called first the first;
 * a name that could be none is taken for `localhost`.
 */
export const ownUrl = ({ host = '', 'x-forwarded-proto': told }: IncomingHttpHeaders): string => {
  const first = String(told).split(',')[0]?.trim().toLowerCase();
  const scheme = first === 'https' ? 'https' : 'http';
  const url = `${scheme}://${host}`;
  return HOST.test(host) && URL.canParse(url) ? url : `${scheme}://localhost`;
};

/**
 * The whole of what this caller asked for: a path that begins with two slashes is one, too.
 * @throws {HoldpointError} `invalid_request` for what is no address.
 */
export const askedUrl = (path: string, headers: IncomingHttpHeaders): URL => {
  const own = ownUrl(headers);
  const address: [string, string?] = path.startsWith('/') ? [own + path] : [path, own];
  if (URL.canParse(...address)) return new URL(...address);
  throw new HoldpointError('invalid_request', `${path.slice(0, 200)} is no address.`);
};
