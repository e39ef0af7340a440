import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { Command, MemorySaver } from '@langchain/langgraph';
import { onTestFinished, vi } from 'vitest';
import { graph } from '../../graphs/agent/graph.ts';
import {
  type ModelRequest,
  readmeStory,
  type Script,
  startRehearsalModel,
} from '../../src/rehearsal/index.ts';

/** An empty folder that is the workspace until the test ends, and no mail server; the outbox is beside it. */
export const useWorkspace = async (): Promise<string> => {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'holdpoint-agent-')));
  onTestFinished(() => rm(parent, { recursive: true }));
  const workspace = join(parent, 'workspace');
  vi.stubEnv('HOLDPOINT_WORKSPACE', workspace);
  vi.stubEnv('HOLDPOINT_OUTBOX', join(parent, 'outbox'));
  vi.stubEnv('SMTP_URL', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  return workspace;
};

/**
 * The shipped agent under plain LangGraph, with the real ChatOpenAI talking HTTP to the rehearsal model.
 * `requests` are the requests that the model accepted, so a message order that OpenAI refuses fails the test.
 */
export const useAgent = async (script: Script = readmeStory) => {
  const workspace = await useWorkspace();
  const requests: ModelRequest[] = [];
  const model = await startRehearsalModel({
    script: (request) => {
      requests.push(request);
      return typeof script === 'function' ? script(request) : (script[request.turn] ?? { text: 'done' });
    },
  });
  onTestFinished(() => model.close());
  vi.stubEnv('OPENAI_BASE_URL', model.url);
  vi.stubEnv('OPENAI_API_KEY', '');
  const agent = graph.builder.compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'thread' } };
  const outbox = join(workspace, '../outbox');
  return {
    agent,
    /** The mails in the outbox, as text. */
    mails: async () => {
      const names = await readdir(outbox).catch(() => []);
      return Promise.all(names.map((name) => readFile(join(outbox, name), 'utf8')));
    },
    config,
    workspace,
    requests,
    say: (text: string) => agent.invoke({ messages: [new HumanMessage(text)] }, config),
    resume: (resume: unknown) => agent.invoke(new Command({ resume }), config),
  };
};
