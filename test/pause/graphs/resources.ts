import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { effect } from '../../crash/graphs/effects.ts';
import { callOut } from '../../graphs/call-out.ts';
import { gathered, last } from '../../graphs/channels.ts';

/** Where its files are and its server is: the test says. */
const folder = (): string => process.env['RESOURCES_FOLDER'] ?? '';
const address = (): string => process.env['RESOURCES_URL'] ?? '';

let agent: Agent | undefined;
let db: Database.Database | undefined;
let lock: number | undefined;

const get = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(`${address()}/ping`, { agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    sent.on('error', reject);
    sent.end();
  });

/** A lock file, a database and a connection that is kept alive: declared in no order in particular. */
export const resources = {
  lock: {
    kind: 'file',
    check: () => {
      if (existsSync(join(folder(), 'lock'))) throw new Error('somebody else has the lock');
    },
    open: () => {
      lock = openSync(join(folder(), 'lock'), 'wx');
    },
    close: () => {
      if (lock !== undefined) closeSync(lock);
      unlinkSync(join(folder(), 'lock'));
    },
  },
  api: {
    kind: 'session',
    open: async () => {
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await get();
    },
    close: () => {
      agent?.destroy();
    },
  },
  notes: {
    kind: 'database',
    open: () => {
      db = new Database(join(folder(), 'notes.db'));
      db.exec('CREATE TABLE IF NOT EXISTS notes (text TEXT)');
    },
    close: () => {
      db?.close();
    },
  },
};

const State = Annotation.Root({ url: last(''), trail: gathered<string>() });

/** Writes a note and calls the server, over what is open. */
const write = (text: string) => async (state: { url: string }, config: RunnableConfig) => {
  db?.prepare('INSERT INTO notes VALUES (?)').run(text);
  await get();
  effect(config, text);
  if (text === 'first') await callOut(state.url, { at: text });
  return { trail: [text] };
};

export const graph = new StateGraph(State)
  .addNode('first', write('first'))
  .addNode('second', write('second'))
  .addEdge(START, 'first')
  .addEdge('first', 'second')
  .addEdge('second', END)
  .compile();
