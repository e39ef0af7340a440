// Much to look at in the console: what its tests and its benchmark stand on.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Writes threads that are done into the ledger of an embedded server, which may run: as many rows as that many runs leave. */
export const seedThreads = (dataDir: string, count: number): void => {
  const db = new Database(join(dataDir, 'holdpoint.db'), { timeout: 10_000 });
  const insert = db.prepare(
    `INSERT INTO threads (thread_id, graph_id, metadata_json, config_json, status, interrupts_json,
       lifecycle_state, lifecycle_since, lifecycle_reason, fence, deleted, temporary, created_at, updated_at)
     VALUES (?, 'steps', '{"graph_id":"steps"}', '{}', 'idle', '{}', 'success', ?, NULL, 0, 0, 0, ?, ?)`,
  );
  const begin = Date.now() - count * 1000;
  db.transaction(() => {
    for (let i = 0; i < count; i++) {
      const at = new Date(begin + i * 1000).toISOString();
      insert.run(randomUUID(), at, at, at);
    }
  })();
  db.close();
};

const post = async (url: string, path: string, body: object): Promise<Record<string, unknown>> => {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
};

/** Runs a graph on a thread of its own until it rests; answers the thread. */
export const runOnce = async (url: string, graph: string, input: object): Promise<string> => {
  const { thread_id: id } = await post(url, '/threads', {});
  const config = { recursion_limit: 5000 };
  await post(url, `/threads/${String(id)}/runs/wait`, { assistant_id: graph, input, config });
  return String(id);
};

/** So many threads that each wait for an answer. */
export const seedQuestions = async (
  url: string,
  { graph, input, count }: { graph: string; input: object; count: number },
): Promise<void> => {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await runOnce(url, graph, input);
  };
  await Promise.all(Array.from({ length: 10 }, lane));
};
