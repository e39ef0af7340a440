import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isHoldpointError, HoldpointError } from '../../model/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { errorBody, HTTP_STATUS } from '../error-map.ts';
import { readJson } from '../middleware/json-body.ts';
import { refuseForeign, type OriginRules } from '../middleware/origin.ts';
import { ThreadParams } from '../schemas.ts';
import { refusal } from './command-answers.ts';
import { createCommands } from './commands.ts';
import type { ProtocolDeps } from './deps.ts';
import { createSocketSession } from './socket-session.ts';

export interface WebSocketOptions {
  deps: ProtocolDeps;
  origins: OriginRules;
  /** The project has authentication or an app of its own around every route, which no upgrade passes. */
  guarded: boolean;
  /** Largest command. */
  bodyLimitBytes: number;
  log: Logger;
}

const PATH = /^\/threads\/([^/]+)\/stream\/events$/;
/** A socket that did not answer so many signs of life in a row is given up. */
const MISSED_BEATS = 6;

/** Protocol v2 over WebSocket, on upgrades of `GET /threads/{thread_id}/stream/events`. Answers how to end it. */
export const serveWebSockets = (server: Server, options: WebSocketOptions): (() => void) => {
  const { deps, origins, guarded, bodyLimitBytes, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimitBytes });
  const commands = createCommands(deps);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    try {
      const threadId = threadOf(request);
      if (request.headers.origin !== undefined) refuseForeign(origins, request.headers.origin);
      if (guarded) throw noSockets();
      sockets.handleUpgrade(request, stream, head, (socket) => {
        serve(socket, threadId, request);
      });
    } catch (error) {
      refuse(stream, error);
    }
  });

  const serve = (socket: WebSocket, threadId: string, request: IncomingMessage): void => {
    const left = new AbortController();
    const facts = { headers: request.headers, signal: left.signal, actor: 'user' };
    const session = createSocketSession({ socket, threadId, streams: deps.streams, signal: left.signal });
    const answer = async (text: string): Promise<void> => {
      const command = parsed(text);
      const reply =
        command === undefined
          ? refusal(null, 'invalid_argument', 'A command is JSON.')
          : await commands.handle({ threadId, command, request: { ...facts, text } }, session.commands);
      session.answer(reply);
    };
    let queue = Promise.resolve();
    socket.on('message', (data: Buffer) => {
      queue = queue
        .then(() => answer(data.toString()))
        .catch((error: unknown) => {
          log.error({ err: error, threadId }, 'a command failed');
          session.answer(refusal(null, 'unknown_error', 'Internal server error.'));
        });
    });
    const stopBeating = keepAlive(socket, deps.heartbeatMs);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stopBeating();
      left.abort('the connection ended');
    });
  };
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
};

/** Nothing is let past who guards the routes: the same stream is served over server-sent events. */
const noSockets = (): HoldpointError =>
  new HoldpointError(
    'not_supported',
    'WebSockets are not served with auth or http.app in langgraph.json. Use POST on the same path: server-sent events.',
  );

const threadOf = ({ url = '/' }: IncomingMessage): string => {
  const { pathname } = new URL(url, 'http://localhost');
  const params = ThreadParams.safeParse({ thread_id: PATH.exec(pathname)?.[1] });
  if (params.success) return params.data.thread_id;
  throw new HoldpointError('route_not_found', `There is no WebSocket at ${pathname}.`);
};

/** Over an upgrade that is refused the answer is plain HTTP. */
const refuse = (stream: Duplex, thrown: unknown): void => {
  const error = isHoldpointError(thrown) ? thrown : new HoldpointError('internal', 'Internal server error.');
  const body = JSON.stringify(errorBody(error));
  stream.end(
    `HTTP/1.1 ${HTTP_STATUS[error.code]} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const parsed = (text: string): unknown => {
  try {
    return readJson(text) ?? null;
  } catch {
    return undefined;
  }
};

/** Pings, and gives up on who does not answer for long. */
const keepAlive = (socket: WebSocket, every: number): (() => void) => {
  let missed = 0;
  socket.on('pong', () => (missed = 0));
  const timer = setInterval(() => {
    if (missed++ >= MISSED_BEATS) socket.terminate();
    else socket.ping();
  }, every);
  return () => clearInterval(timer);
};
