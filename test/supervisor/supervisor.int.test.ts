import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelRequest, type RehearsalModel, startRehearsalModel } from '../../src/rehearsal/index.ts';
import { textOf } from '../../src/rehearsal/chat.ts';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';

interface Subtask {
  title: string;
  persona: string;
  threadId: string;
  runId: string;
  status: string;
  reason: string | null;
  result: string | null;
}

interface Values {
  /** Absent before there is a plan. */
  subtasks?: Subtask[];
  messages: { type: string; content: string }[];
}

/** Those that come with it, and one that may hardly do anything before it asks. */
const PERSONAS = temporaryFolder();
cpSync(fileURLToPath(new URL('../../graphs/supervisor/personas', import.meta.url)), PERSONAS, {
  recursive: true,
});
writeFileSync(
  join(PERSONAS, 'brief.md'),
  '---\nname: brief\ndescription: Is soon done.\ntools: list_files\nbudget: 1\n---\n\nBe brief.\n',
);

let broken = true;
let ending = false;
const launched = new Map<string, number>();
const held: (() => void)[] = [];

const doAsTold = (said: string) => {
  const [, name, args = ''] = /^call (\w+) (.*)$/s.exec(said) ?? [];
  return name === undefined ? { text: `did: ${said}` } : { toolCalls: [{ name, args }] };
};

const isToKeepOn = (messages: ModelRequest['messages']): boolean =>
  !ending && textOf(messages.find(({ role }) => role === 'user')).startsWith('keep on');

const keepOn = async () => {
  await new Promise<void>((resolve) => held.push(resolve));
  return { toolCalls: [{ name: 'list_files', args: '{}' }] };
};

/**
 * Does what it is told in so many words: `call NAME JSON`, `wait`, `break`; afterwards it says what the tool answered.
 * `keep on` waits and calls a tool, again and again. Counts how often each task was begun.
 */
const obedient = async ({ messages, turn }: ModelRequest) => {
  const last = messages.at(-1);
  const said = textOf(last);
  if (isToKeepOn(messages)) return keepOn();
  if (last?.role === 'tool') return { text: said };
  if (turn === 0) launched.set(said, (launched.get(said) ?? 0) + 1);
  if (said.startsWith('break') && broken) return { status: 400, text: 'the model has no such words' };
  if (said.startsWith('wait')) await new Promise<void>((resolve) => held.push(resolve));
  return doAsTold(said);
};

describe('the supervisor', () => {
  let model: RehearsalModel;
  let server: ServerUnderTest;
  const start = async (dataDir?: string) => {
    server = await startServerProcess({
      config: fileURLToPath(new URL('../../langgraph.json', import.meta.url)),
      env: { OPENAI_BASE_URL: model.url, HOLDPOINT_PERSONAS: PERSONAS },
      ...(dataDir !== undefined && { dataDir }),
    });
  };
  beforeAll(async () => {
    model = await startRehearsalModel({ script: obedient });
    await start();
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await model.close();
  });

  const api = async <T>(method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}${path}`, { method, ...sent });
    return { status: answer.status, json: (await answer.json()) as T };
  };

  /** A coordinator at work on these parts. */
  const coordinate = async (...parts: string[]) => {
    const { thread_id: thread } = await server.client.threads.create();
    const content = parts.map((part) => `- ${part}`).join('\n');
    const run = await server.client.runs.create(thread, 'supervisor', {
      input: { messages: [{ role: 'user', content }] },
    });
    return { thread, run: run.run_id };
  };

  const valuesOf = async (thread: string): Promise<Required<Values>> => {
    const { values } = await server.client.threads.getState<Values>(thread);
    return { subtasks: values.subtasks ?? [], messages: values.messages };
  };

  const lifecycle = async (thread: string): Promise<string | undefined> =>
    (await api<{ lifecycle: { state: string } | null }>('GET', `/threads/${thread}`)).json.lifecycle?.state;

  /** Looks again and again. */
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 100)); // each look reads a state
    }
  };

  const shows = (thread: string, ...statuses: string[]) =>
    until(async () => {
      const { subtasks } = await valuesOf(thread);
      return statuses.every((status, index) => subtasks[index]?.status === status) ? subtasks : undefined;
    });

  it('launches each part as a run of its own thread, waits without a worker, and puts the results together', async () => {
    const { thread, run } = await coordinate('researcher: one thing', 'writer: another thing');
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
    const { subtasks, messages } = await valuesOf(thread);
    expect(subtasks.map(({ persona, result }) => [persona, result])).toEqual([
      ['researcher', 'did: one thing'],
      ['writer', 'did: another thing'],
    ]);
    expect(messages.at(-1)?.content).toContain('## another thing (writer)\n\ndid: another thing');
    for (const { threadId, runId } of subtasks) {
      const child = await server.client.runs.get(threadId, runId);
      expect(child.status).toBe('success');
      const { metadata } = await server.client.threads.get(threadId);
      expect(metadata).toMatchObject({ parent_thread_id: thread });
    }
    const { json: log } = await api<{ kind: string; to: string }[]>('GET', `/threads/${thread}/log`);
    expect(log.some(({ to }) => to === 'paused')).toBe(true);
    expect((await server.client.runs.get(thread, run)).status).toBe('success');
  });

  it('lets one ask a person and another be held for investigation while the others go on, and shows it', async () => {
    const write = 'call write_file {"path": "a.md", "content": "a"}';
    const { thread } = await coordinate(`writer: ${write}`, 'researcher: break it', 'researcher: go on');
    const [asking, failing] = await shows(thread, 'awaiting_decision', 'paused', 'success');
    expect(failing?.reason).toContain('for investigation: ');
    expect(failing?.reason).toContain('the model has no such words');
    await until(async () => ((await lifecycle(thread)) === 'paused' ? true : undefined)); // it waits
    broken = false;
    await api('POST', `/threads/${failing?.threadId}/resume`, {});
    const { json: questions } = await api<{ id: string }[]>(
      'GET',
      `/approvals?thread_id=${asking?.threadId}`,
    );
    await api('POST', `/approvals/${questions[0]?.id}/decision`, { decision: 'approve' });
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
    const { messages } = await valuesOf(thread);
    expect(messages.at(-1)?.content).toContain('Wrote 1 bytes to a.md.');
    expect(messages.at(-1)?.content).toContain('did: break it');
  });

  it('holds one whose budget is spent, and grants as much again with the resume', async () => {
    const { thread } = await coordinate('brief: call list_files {}');
    const [brief] = await shows(thread, 'paused');
    expect(brief?.reason).toBe('the budget of 1 turns is spent; a resume grants as many again');
    await api('POST', `/threads/${brief?.threadId}/resume`, {});
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
  });

  it('is paused with its family and resumed with it', async () => {
    const { thread } = await coordinate('researcher: keep on', 'researcher: keep on too');
    await until(() => Promise.resolve(held.length >= 2 ? true : undefined));
    const { subtasks } = await valuesOf(thread);
    const paused = await api<{ cascade: { thread_id: string; state: string }[] }>(
      'POST',
      `/threads/${thread}/pause`,
      { reason: 'maintenance', cascade: true },
    );
    expect(paused.json.cascade.map(({ thread_id: id }) => id).toSorted()).toEqual(
      subtasks.map(({ threadId }) => threadId).toSorted(),
    );
    for (const threadId of [...subtasks.map((subtask) => subtask.threadId), thread])
      await until(async () => {
        held.splice(0).forEach((go) => go()); // the word of the pause may come a step later
        return (await lifecycle(threadId)) === 'paused' ? true : undefined;
      });
    ending = true;
    const resumed = await api<{ cascade: unknown[] }>('POST', `/threads/${thread}/resume`, { cascade: true });
    expect(resumed.status).toBe(202);
    expect(resumed.json.cascade).toHaveLength(2);
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
  });

  it('loses nothing when the server is killed in the middle, and starts no subtask twice', async () => {
    const { thread } = await coordinate('researcher: wait and be killed', 'writer: be quick before that');
    await until(() => Promise.resolve(held.length >= 1 ? true : undefined));
    await shows(thread, 'running', 'success'); // what is with the model at that moment is asked of it again
    const { dataDir } = server;
    await server.kill();
    held.splice(0).forEach((go) => go());
    await start(dataDir);
    await until(() => Promise.resolve(held.length >= 1 ? true : undefined));
    held.splice(0).forEach((go) => go());
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
    const { subtasks } = await valuesOf(thread);
    for (const { threadId } of subtasks)
      expect(await server.client.runs.list(threadId, { limit: 10 })).toHaveLength(1);
    expect(launched.get('be quick before that')).toBe(1);
    const family = await server.client.threads.search({
      metadata: { parent_thread_id: thread },
      limit: 10,
    });
    expect(family).toHaveLength(2);
  }, 180_000);

  it('is stopped with all the others, and goes on when each is resumed', async () => {
    const { thread } = await coordinate('researcher: wait and be stopped');
    await until(() => Promise.resolve(held.length >= 1 ? true : undefined));
    const stop = await api<{ stop_id: string }>('POST', '/emergency-stops', {
      scope: { all: true },
      reason: 'smoke',
    });
    held.splice(0).forEach((go) => go());
    const [child] = (await valuesOf(thread)).subtasks;
    expect(await lifecycle(thread)).toBe('stopped');
    expect(await lifecycle(child?.threadId ?? '')).toBe('stopped');
    await api('POST', `/emergency-stops/${stop.json.stop_id}/release`);
    for (const id of [child?.threadId, thread])
      await until(async () => {
        const { status } = await api('POST', `/threads/${id}/resume`, {});
        return status === 202 ? true : undefined; // 412 until it is certain that no worker has it
      });
    await until(() => Promise.resolve(held.length >= 1 ? true : undefined));
    held.splice(0).forEach((go) => go());
    await until(async () => ((await lifecycle(thread)) === 'success' ? true : undefined));
  });
});
