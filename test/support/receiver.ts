import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves with all that came once there are so many. */
  got(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

/** A real local receiver of webhooks. `answer` may answer in its own way; the default is 204. */
export const startReceiver = async (
  answer: (response: ServerResponse, received: Received, count: number) => void = (response) =>
    response.writeHead(204).end(),
): Promise<Receiver> => {
  const received: Received[] = [];
  let told = (): void => {};
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        text,
        json: JSON.parse(text) as unknown,
      };
      received.push(one);
      answer(response, one, received.length);
      told();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    got: async (count) => {
      while (received.length < count) await new Promise<void>((resolve) => (told = resolve));
      return received;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
