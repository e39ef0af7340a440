import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Ending } from '../../src/http/ending.ts';
import { createHttpServer } from '../../src/http/server.ts';

/** A server that is to end, and what answers a request as `way` says once it has come in. */
const serving = async (way: (response: ServerResponse, ending: Ending) => void) => {
  const ending = new Ending();
  const came: ServerResponse[] = [];
  const server = createHttpServer(
    (_request, response) => {
      came.push(response);
      way(response, ending);
    },
    { requestTimeoutMs: 1000 },
  );
  ending.of(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = request({
    port: (server.address() as AddressInfo).port,
    headers: { connection: 'keep-alive' },
  });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  const arrived = once(server, 'request');
  asked.end();
  await arrived;
  return { server, ending, answered, response: came[0] as ServerResponse };
};

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
};

it('a server that ends answers what it was asked, and keeps no connection for more', async () => {
  const { server, ending, answered, response } = await serving(() => {});
  ending.begin(server);
  const ended = ending.end(server, 10_000);
  response.end('done');
  const [answer] = await answered;
  expect([answer.headers.connection, await textOf(answer)]).toEqual(['close', 'done']);
  await ended;
});

it('a server that ends waits for no answer longer than it may', async () => {
  const { server, ending, answered } = await serving(() => {});
  ending.begin(server);
  await ending.end(server, 1);
  await expect(answered).rejects.toThrow('socket hang up');
});

it('a stream of a server that ends is cut: its reader is not told that there is no more', async () => {
  const { server, ending, answered } = await serving((response, of) => {
    of.stream(response);
    response.write('a part');
  });
  const [answer] = await answered;
  ending.begin(server);
  const [text] = await Promise.allSettled([textOf(answer), ending.end(server, 10_000)]);
  expect(text).toMatchObject({ status: 'rejected', reason: { message: 'aborted' } });
});

it('a stream that has said nothing yet says first where the rest is to be had', async () => {
  const { server, ending, answered } = await serving((response, of) => {
    of.stream(response);
    response.setHeader('Location', '/there');
  });
  ending.begin(server);
  await ending.end(server, 1);
  const [answer] = await answered;
  expect(answer.headers.location).toBe('/there');
  await expect(textOf(answer)).rejects.toThrow('aborted');
});
