import { STATUS_CODES, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { HoldpointError, isHoldpointError } from '../../model/errors.ts';
import { ANYBODY } from '../../model/principal.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { errorBody, HTTP_STATUS } from '../error-map.ts';
import type { Limits } from '../middleware/limits.ts';
import { readJson } from '../middleware/json-body.ts';
import { refusal, type CommandAnswer } from './command-answers.ts';
import { createCommands } from './commands.ts';
import type { ProtocolDeps } from './deps.ts';
import { createDoor, EVENTS, type DoorOptions, type Entry } from './socket-door.ts';
import { createSocketSession } from './socket-session.ts';

export interface WebSocketOptions extends DoorOptions {
  deps: ProtocolDeps;
  limits: Limits;
  metrics: Pick<Metrics, 'requests'>;
  /** Largest command. */
  bodyLimitBytes: number;
  log: Logger;
}

/** A socket that did not answer so many signs of life in a row is given up. */
const MISSED_BEATS = 6;

/** Ends all: each that is at a command, once that is answered, for so long at most. */
export type EndSockets = (withinMs: number) => Promise<void>;

/** Protocol v2 over WebSocket, on upgrades of `GET /threads/{thread_id}/stream/events`. Answers how to end it. */
export const serveWebSockets = (server: Server, options: WebSocketOptions): EndSockets => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.bodyLimitBytes,
    handleProtocols,
  });
  const enter = createDoor(options);
  const commands: Commands = new Map();
  const serve = createSocketServer(options, commands);
  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    try {
      await options.limits.request(request);
      const entry = await enter(request);
      if (entry instanceof Response) return await pass(stream, entry);
      if (stream.closed) return; // it left while it was asked who it is: nobody would tell when it ends
      stream.once('close', options.limits.enter(request, entry.principal));
      options.metrics.requests.inc({ method: 'GET', route: EVENTS, status: '101' });
      sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, entry, request.headers));
    } catch (error) {
      refuse(stream, error);
    }
  };
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    void upgrade(request, stream, head);
  });
  return async (withinMs) => {
    sockets.close();
    for (const socket of sockets.clients) socket.pause();
    await Promise.race([Promise.all(commands.values()), sleep(withinMs, undefined, { ref: false })]);
    for (const socket of sockets.clients) socket.terminate();
  };
};

/** A page cannot send headers with a WebSocket: it offers its key as a protocol, beside this one, which is taken. */
const handleProtocols = (offered: Set<string>): string | false =>
  offered.has('holdpoint') ? 'holdpoint' : ([...offered].find((one) => !one.startsWith('hpk_')) ?? false);

/** Of each socket: settles once all it has been told is answered. */
type Commands = Map<WebSocket, Promise<void>>;

const createSocketServer = ({ deps, authentication, log }: WebSocketOptions, underWay: Commands) => {
  const commands = createCommands(deps);
  return (socket: WebSocket, entry: Entry, headers: IncomingHttpHeaders): void => {
    const { threadId, principal } = entry;
    const left = new AbortController();
    const facts = { headers, signal: left.signal, actor: principal?.identity ?? ANYBODY, principal };
    const session = createSocketSession({ socket, entry, deps, signal: left.signal });
    const { key } = principal ?? {};
    const unwatch =
      key && authentication.keys.watch(key.keyId, () => socket.close(1008, 'the key is revoked'));
    const answer = async (text: string): Promise<CommandAnswer> => {
      const command = parsed(text);
      if (command === undefined) return refusal(null, 'invalid_argument', 'A command is JSON.');
      const allow = (asked: unknown) => entry.allow(asked);
      return commands.handle({ threadId, command, allow, request: { ...facts, text } }, session.commands);
    };
    underWay.set(socket, Promise.resolve());
    socket.on('message', (data: Buffer) => {
      const answered = underWay
        .get(socket)
        ?.then(async () => session.answer(await answer(data.toString())))
        .catch((error: unknown) => {
          log.error({ err: error, threadId }, 'a command failed');
          session.answer(refusal(null, 'unknown_error', 'Internal server error.'));
        });
      if (answered) underWay.set(socket, answered);
    });
    const stopBeating = keepAlive(socket, deps.heartbeatMs);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      underWay.delete(socket);
      stopBeating();
      unwatch?.();
      left.abort('the connection ended');
    });
  };
};

/** Over an upgrade that is refused the answer is plain HTTP. */
const refuse = (stream: Duplex, thrown: unknown): void => {
  const error = isHoldpointError(thrown) ? thrown : new HoldpointError('internal', 'Internal server error.');
  const body = JSON.stringify(errorBody(error));
  write(stream, { status: HTTP_STATUS[error.code], type: 'application/json', body });
};

/** What the project's application answers itself. */
const pass = async (stream: Duplex, response: Response): Promise<void> => {
  const type = response.headers.get('content-type') ?? 'text/plain';
  write(stream, { status: response.status, type, body: await response.text() });
};

interface Answer {
  status: number;
  type: string;
  body: string;
}

const write = (stream: Duplex, { status, type, body }: Answer): void => {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nContent-Type: ${type}\r\n` +
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
