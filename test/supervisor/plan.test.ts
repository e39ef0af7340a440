import { HumanMessage } from '@langchain/core/messages';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makePlan } from '../../graphs/supervisor/plan.ts';
import { startRehearsalModel } from '../../src/rehearsal/index.ts';

/** The plan for a task where the model replies so. */
const planFor = async (task: string, text: string) => {
  const model = await startRehearsalModel({ script: () => ({ text }) });
  onTestFinished(() => model.close());
  vi.stubEnv('OPENAI_BASE_URL', model.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const planned = await makePlan([new HumanMessage(task)], {});
  return planned.map(({ persona, instructions }) => [persona, instructions]);
};

const MODELS = JSON.stringify({
  subtasks: [{ title: 'Read', persona: 'researcher', instructions: 'Read notes.md' }],
});

describe('the plan of the supervisor', () => {
  it('is the task where each of its lines is for a persona', async () => {
    const task = '- researcher: Read notes.md\n\n2. writer: Write release.md\n';
    expect(await planFor(task, MODELS)).toEqual([
      ['researcher', 'Read notes.md'],
      ['writer', 'Write release.md'],
    ]);
  });

  it.each([
    ['says more before them', 'Touch nothing but drafts/.\n- researcher: Read notes.md'],
    ['goes on in a second line', '- researcher: Read notes.md\n  and the log of last week'],
    ['is for a persona that there is not', '- researcher: Read notes.md\n- reviewer: Check it'],
  ])('is made by the model where the list %s', async (_, task) => {
    expect(await planFor(task, MODELS.replace('notes.md', 'all of it'))).toEqual([
      ['researcher', 'Read all of it'],
    ]);
  });

  it('is the whole task for the first persona where the model names one that there is not', async () => {
    const [one, none] = ['researcher', 'reviewer'].map((persona) => ({
      title: 'Part',
      persona,
      instructions: 'Part',
    }));
    expect(await planFor('Do it.', JSON.stringify({ subtasks: [one, none] }))).toEqual([
      ['messenger', 'Do it.'],
    ]);
  });
});
