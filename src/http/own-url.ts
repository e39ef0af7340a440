import type { IncomingHttpHeaders } from 'node:http';

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

/** The whole of what this caller asked for: a path that begins with two slashes is one, too. */
export const askedUrl = (path: string, headers: IncomingHttpHeaders): URL =>
  path.startsWith('/') ? new URL(ownUrl(headers) + path) : new URL(path, ownUrl(headers));
