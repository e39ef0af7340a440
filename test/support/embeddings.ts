import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What each dimension of a vector stands for. */
const WORDS = ['sea', 'boat', 'bread', 'oven'];

const embed = (text: string): number[] => [
  ...WORDS.map((word) => text.toLowerCase().split(word).length - 1),
  0.01,
];

export const EMBEDDING_DIMS = WORDS.length + 1;

/** An embeddings model behind OpenAI's API: texts are near each other that share words of a small vocabulary. */
export const startEmbeddings = async () => {
  const asked: string[] = [];
  let failing = false;
  const server = createServer((request, response) => {
    void (async () => {
      const { input } = (await json(request)) as { input: string[] | string };
      const texts = [input].flat();
      asked.push(...texts);
      response.setHeader('content-type', 'application/json');
      if (failing) {
        response.statusCode = 400;
        response.end('{"error":{"message":"no such model"}}');
      } else {
        const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }));
        response.end(JSON.stringify({ object: 'list', data, model: 'words', usage: {} }));
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OPENAI_API_KEY: 'test',
    },
    asked,
    fail: (fails: boolean) => (failing = fails),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
