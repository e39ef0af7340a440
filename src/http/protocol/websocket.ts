import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HoldpointError } from '../../model/errors.ts';
import { ANYBODY } from '../../model/principal.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { errorBody, errorHeaders, HTTP_STATUS } from '../error-map.ts';
import { mustBeInForce } from '../middleware/authenticate.ts';
import { told } from '../middleware/errors.ts';
import type { Limits } from '../middleware/limits.ts';
import { readJson } from '../middleware/json-body.ts';
import { STALLED_MS } from '../sse.ts';
import { idOf, refusal, refusalOf, type CommandAnswer } from './command-answers.ts';
import { createCommands } from './commands.ts';
import type { ProtocolDeps } from './deps.ts';
import { answerAsIfNotAsked, isWebSocket } from './other-upgrades.ts';
import { createDoor, EVENTS, type DoorOptions, type Entry } from './socket-door.ts';
import { createSocketSession } from './socket-session.ts';

export interface WebSocketOptions extends DoorOptions {
  deps: ProtocolDeps;
  limits: Limits;
  metrics: Pick<Metrics, 'requests'>;
  /** Largest command. */
  bodyLimitBytes: number;
  log: Logger;
  /** For how long a socket may take nothing of what it is sent. */
  stalledMs?: number;
}

/** A socket that did not answer so many signs of life in a row is given up. */
const MISSED_BEATS = 6;

/** In which a socket that is told to close may do so itself. */
const LEAVE_MS = 1000;

/** Commands of one socket that wait for those before them; no more are read meanwhile. */
const MOST_WAITING = 16;

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
  let ending = false;
  const serve = createSocketServer(options, { underWay: commands, ends: () => ending });
  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    try {
      await options.limits.request(request);
      const entry = await enter(request);
      if (entry instanceof Response) return await pass(stream, entry);
      if (stream.closed) return; // it left while it was asked who it is: nobody would tell when it ends
      stream.once('close', options.limits.enter(request, entry.principal));
      options.metrics.requests.inc({ method: 'GET', route: EVENTS, status: '101' });
      sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, entry, request));
    } catch (error) {
      refuse(stream, told(error, { log: options.log, path: request.url ?? '', requestId: randomUUID() }));
    }
  };
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (!isWebSocket(request)) return answerAsIfNotAsked(server, { request, stream, head });
    stream.on('error', () => stream.destroy());
    void upgrade(request, stream, head);
  });
  return async (withinMs) => {
    ending = true;
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

const createSocketServer = (
  { deps, authentication, limits, log, stalledMs = STALLED_MS }: WebSocketOptions,
  { underWay, ends }: { underWay: Commands; ends: () => boolean },
) => {
  const commands = createCommands(deps);
  return (socket: WebSocket, entry: Entry, upgraded: IncomingMessage): void => {
    const { threadId, principal } = entry;
    const left = new AbortController();
    const { headers } = upgraded;
    const facts = { headers, signal: left.signal, actor: principal?.identity ?? ANYBODY, principal };
    const session = createSocketSession({ socket, entry, deps, signal: left.signal, stalledMs });
    const { key } = principal ?? {};
    const unwatch =
      key && authentication.keys.watch(key.keyId, () => closeFor(socket, 1008, 'the key is revoked'));
    const answer = async (text: string): Promise<CommandAnswer> => {
      const command = parsed(text);
      if (command === undefined) return refusal(null, 'invalid_argument', 'A command is JSON.');
      const allow = (asked: unknown) => entry.allow(asked);
      try {
        await limits.request(upgraded);
        await mustBeInForce(authentication.keys, principal);
        return await commands.handle(
          { threadId, command, allow, request: { ...facts, text } },
          session.commands,
        );
      } catch (error) {
        return refusalOf(
          idOf(command),
          told(error, { log, path: upgraded.url ?? '', requestId: randomUUID() }),
        );
      }
    };
    let waiting = 0;
    underWay.set(socket, Promise.resolve());
    socket.on('message', (data: Buffer) => {
      const before = underWay.get(socket);
      if (!before) return;
      if (++waiting === MOST_WAITING) socket.pause();
      const answered = before.then(async () => {
        await session.answer(await answer(data.toString()));
        if (waiting-- === MOST_WAITING && !ends()) socket.resume();
      });
      underWay.set(
        socket,
        answered.catch((error: unknown) => log.error({ err: error, threadId }, 'a command failed')),
      );
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
const refuse = (stream: Duplex, error: HoldpointError): void => {
  const body = JSON.stringify(errorBody(error));
  const headers = { 'Content-Type': 'application/json', ...errorHeaders(error) };
  write(stream, { status: HTTP_STATUS[error.code], headers, body });
};

/** What the project's application answers itself. */
const pass = async (stream: Duplex, response: Response): Promise<void> => {
  const headers = { 'Content-Type': response.headers.get('content-type') ?? 'text/plain' };
  write(stream, { status: response.status, headers, body: await response.text() });
};

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const write = (stream: Duplex, { status, headers, body }: Answer): void => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}` +
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

/** Whoever does not take leave is left. */
const closeFor = (socket: WebSocket, code: number, why: string): void => {
  socket.close(code, why);
  setTimeout(() => socket.terminate(), LEAVE_MS).unref();
};

/** Pings, and gives up on who does not answer for long. */
const keepAlive = (socket: WebSocket, every: number): (() => void) => {
  let missed = 0;
  socket.on('pong', () => (missed = 0));
  const timer = setInterval(() => {
    if (socket.isPaused) missed = 0; // its answers are not read
    if (missed++ >= MISSED_BEATS) socket.terminate();
    else socket.ping();
  }, every);
  return () => clearInterval(timer);
};
