import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { run, type Ended } from '../cli/cli.ts';
import { backendEnv } from '../support/backend.ts';
import { temporaryFolder } from '../support/server.ts';

/** What "holdpoint keys create" says. */
export interface MadeKey {
  key_id: string;
  key: string;
}

/** `holdpoint keys` for the server of this data folder, wherever it keeps its keys. */
export const runKeys = async (dataDir: string, ...args: string[]): Promise<Ended> =>
  run(['keys', ...args, '--data', dataDir], { env: await backendEnv(dataDir) });

/** A key of the server of this data folder, made by the command line. */
export const createKey = async (dataDir: string, name: string, scope: string): Promise<MadeKey> =>
  madeKey(await runKeys(dataDir, 'create', name, '--scope', scope, '--json'));

/** What `holdpoint keys create --json` has made. */
export const madeKey = (ended: Ended): MadeKey => {
  if (ended.code !== 0) throw new Error(ended.err + ended.out);
  return ended.json() as MadeKey;
};

export const SCOPES = ['read', 'run', 'decide', 'operate', 'admin'] as const;

export type Keys = Record<(typeof SCOPES)[number], string>;

/** A data folder with a key for each of these scopes. */
export const folderWithKeys = async <S extends keyof Keys>(
  scopes: readonly S[],
): Promise<{ dataDir: string; keys: Pick<Keys, S> }> => {
  const dataDir = temporaryFolder();
  const made: Partial<Keys> = {};
  for (const scope of scopes) made[scope] = (await createKey(dataDir, scope, scope)).key;
  return { dataDir, keys: made as Pick<Keys, S> };
};

/** Opens the WebSocket of a thread; answers the status of the refusal, or the socket. */
export const openSocket = (
  url: string,
  { protocols = [], headers = {} }: { protocols?: string[]; headers?: Record<string, string> },
): Promise<WebSocket | number> => {
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/threads/${randomUUID()}/stream/events`,
    protocols,
    { headers },
  );
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
};
