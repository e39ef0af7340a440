import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface Message {
  type: string;
  id?: number | null;
  error?: string;
  result?: Record<string, unknown>;
  method?: string;
  event_id?: string;
  seq?: number;
  params?: { namespace: string[]; data: Record<string, unknown> };
}

export interface OpenSocket {
  socket: WebSocket;
  /** All that came so far. */
  messages: Message[];
  /** The first that is wanted, when it has come. */
  find(wanted: (message: Message) => boolean): Promise<Message>;
  send(text: string): void;
  /** Gives a command and answers what it was answered. */
  ask(method: string, params: object): Promise<Message>;
}

/** A WebSocket of protocol v2, without any SDK. */
export const openSocket = async (url: string, headers: Record<string, string> = {}): Promise<OpenSocket> => {
  const socket = new WebSocket(url, { headers });
  const messages: Message[] = [];
  let wake = (): void => {};
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    wake();
  });
  await once(socket, 'open');
  let ids = 0;
  const find = async (wanted: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = messages.find(wanted);
      if (found) return found;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    socket,
    messages,
    find,
    send: (text) => socket.send(text),
    ask: (method, params) => {
      const id = ids++;
      socket.send(JSON.stringify({ id, method, params }));
      return find((message) => message.type !== 'event' && message.id === id);
    },
  };
};

/** Tries to open a WebSocket that is refused, and answers how. */
export const refusedSocket = async (
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }> => {
  const socket = new WebSocket(url, { headers });
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() };
};

/** The end of a run of the root graph. */
export const isRunEnd = ({ method, params }: Message): boolean =>
  method === 'lifecycle' && params?.namespace.length === 0 && params.data['event'] !== 'running';
