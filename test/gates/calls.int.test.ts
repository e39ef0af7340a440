import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ApprovalQuestion } from '../../src/gates/index.ts';
import { temporaryFolder } from '../support/server.ts';
import { useServer } from '../wire/server.ts';

const folder = temporaryFolder();
const effectsFile = join(folder, 'effects');
const server = useServer({
  config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)),
  env: { EFFECTS_FILE: effectsFile },
});

const turn = (...names: string[]) => ({
  messages: [
    {
      type: 'ai',
      content: '',
      tool_calls: names.map((name, index) => ({ id: `call_${index}`, name, args: {} })),
    },
  ],
});

const effects = (): string[] => readFileSync(effectsFile, 'utf8').trim().split('\n');

interface Values {
  messages: { type: string; content: string; tool_call_id?: string }[];
  toolRuns: unknown[];
}

describe('the calls of one step, on a server', () => {
  it('are not repeated when the process dies in a later one, which knows itself again by its name', async () => {
    const { thread_id: thread } = await server.client.threads.create();
    const values = (await server.client.runs.wait(thread, 'calls', {
      input: turn('pay', 'die', 'pay'),
    })) as unknown as Values;
    const [pay, died, again, last, ...more] = effects();
    expect(more).toEqual([]);
    expect([pay, died, last].map((line) => line?.split(' ')[0])).toEqual(['pay', 'die', 'pay']);
    expect(again).toBe(died);
    expect(new Set([pay, died, last]).size).toBe(3);
    expect(values.messages.slice(1).map(({ content }) => content)).toEqual(['pay ran', 'die ran', 'pay ran']);
    expect(values.toolRuns).toHaveLength(3);
  });

  it("wait for a decision each where the tools are gated in LangGraph's own node, and run once", async () => {
    const { client } = server;
    const { thread_id: thread } = await client.threads.create();
    await client.runs.wait(thread, 'wrapped', { input: turn('a', 'b', 'c') });
    const asked: string[] = [];
    for (const decision of ['approve', 'reject', 'approve']) {
      const waiting = Object.values((await client.threads.get(thread)).interrupts).flat();
      expect(waiting).toHaveLength(3 - asked.length);
      const [question] = waiting;
      asked.push((question?.value as ApprovalQuestion | undefined)?.action_request.action ?? '');
      await client.runs.wait(thread, 'wrapped', {
        command: { resume: { [String(question?.id)]: decision } },
      });
    }
    const thereafter = await client.threads.get<Values>(thread);
    expect(thereafter.status).toBe('idle');
    expect(asked.toSorted()).toEqual(['a', 'b', 'c']);
    const ran = effects().map((line) => line.split(' ')[0]);
    for (const [index, name] of asked.entries())
      expect(ran.filter((other) => other === name)).toHaveLength(index === 1 ? 0 : 1);
    expect(thereafter.values.messages.filter(({ type }) => type === 'tool')).toHaveLength(3);
  });
});
