import type { IncomingHttpHeaders } from 'node:http';
import { HoldpointError } from '../model/errors.ts';
import { askedUrl } from './own-url.ts';

/** A request as far as a project's own code is shown it, of HTTP and of a WebSocket alike. */
export interface Asked {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** Methods that no `Request` can have; nor has a route of ours. */
const NEVER = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** @throws {HoldpointError} `route_not_found`, `invalid_request` for what cannot be shown. */
export const toRequest = ({ method, url, headers }: Asked, body?: Buffer): Request => {
  const address = askedUrl(url, headers);
  if (NEVER.has(method))
    throw new HoldpointError('route_not_found', `There is no ${method} ${address.pathname}.`);
  return new Request(address, {
    method,
    headers: toHeaders(headers),
    ...(body && body.length > 0 && { body: new Uint8Array(body) }),
  });
};

const toHeaders = (headers: IncomingHttpHeaders): Headers => {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== undefined) sent.append(name, one);
  }
  return sent;
};
