import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { HoldpointError } from '../model/errors.ts';
import { errorBody } from './error-map.ts';

/** Longer than clients keep idle connections: one closed from here just as a request comes fails that request. */
const KEEP_ALIVE_MS = 75_000;
const HEADER_BYTES = 16 * 1024;
const HEADERS = 200;
const LOOK_EVERY_MS = 5000;

/**
 * An HTTP server that lets nobody hold it by being slow: a request has `requestTimeoutMs` to come in, its headers a
 * quarter of that, and they are limited in number and size.
 */
export const createHttpServer = (
  answer: RequestListener,
  { requestTimeoutMs: timeoutMs }: { requestTimeoutMs: number },
): Server => {
  const options = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: Math.ceil(timeoutMs / 4),
    requestTimeout: timeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, timeoutMs),
  };
  const server = createServer(options, answer);
  server.maxHeadersCount = HEADERS;
  server.on('clientError', refuse);
  return server;
};

interface Refusal {
  status: string;
  error: HoldpointError;
}

const REFUSALS: Record<string, Refusal | undefined> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: new HoldpointError('payload_too_large', `The headers are larger than ${HEADER_BYTES} bytes.`),
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    error: new HoldpointError('invalid_request', 'The request did not come in in time.'),
  },
};

const MALFORMED: Refusal = {
  status: '400 Bad Request',
  error: new HoldpointError('invalid_request', 'This is no HTTP request.'),
};

/** What cannot be read as a request is refused in the same words as all else. */
const refuse = (error: Error & { code?: string }, stream: Duplex): void => {
  if (!stream.writable || error.code === 'ECONNRESET') return void stream.destroy();
  const { status, error: said } = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(errorBody(said));
  stream.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
};
