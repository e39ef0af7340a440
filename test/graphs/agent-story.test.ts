import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { Command } from '@langchain/langgraph';
import { describe, expect, it } from 'vitest';
import { questionOf } from '../gates/gated-graph.ts';
import { useAgent } from './agent-fixture.ts';

const wish = 'Write the release notes for 1.2 to notes.md and mail them to team@example.com';

const filesIn = (workspace: string): Promise<string[]> => readdir(workspace).catch(() => []);

describe("the README's story", () => {
  it('is held as one question with two actions, before anything is written or sent', async () => {
    const { say, workspace, mails } = await useAgent();
    const question = questionOf(await say(wish));
    expect(question.action_requests).toMatchObject([
      { name: 'write_file', args: { path: 'notes.md' }, description: expect.stringContaining('notes.md') },
      {
        name: 'send_email',
        args: { to: 'team@example.com', subject: 'Release notes 1.2' },
        description: 'Send the mail "Release notes 1.2" to team@example.com.',
      },
    ]);
    expect(question.review_configs.map(({ effect }) => effect)).toEqual(['reversible', 'irreversible']);
    expect(await filesIn(workspace)).toEqual([]);
    expect(await mails()).toEqual([]);
  });

  it('is done once approved: the file and the mail are really there, and the state says who let them', async () => {
    const { say, resume, workspace, mails } = await useAgent();
    await say(wish);
    const result = await resume({
      decisions: [
        { type: 'approve', decided_by: 'ann' },
        { type: 'approve', decided_by: 'ann' },
      ],
    });
    expect(result.messages.at(-1)?.text).toBe(
      'Done: notes.md is written.\nDone: the mail to team@example.com is in the outbox.',
    );
    expect(await readFile(join(workspace, 'notes.md'), 'utf8')).toMatch(/^# Release notes 1\.2\n/);
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail).toMatch(/^To: team@example\.com\r?$/m);
    expect(mail).toMatch(/^Subject: Release notes 1\.2\r?$/m);
    expect(mail).toContain('# Release notes 1.2');
    expect(result.toolRuns).toMatchObject([
      { tool: 'write_file', by: 'person', decidedBy: 'ann', outcome: 'done', args: { path: 'notes.md' } },
      { tool: 'send_email', by: 'person', decidedBy: 'ann', outcome: 'done' },
    ]);
  });

  it('executes exactly the approved half of it', async () => {
    const { say, resume, workspace, mails } = await useAgent();
    await say(wish);
    const result = await resume({
      decisions: [{ type: 'approve' }, { type: 'reject', message: 'Not before Monday.' }],
    });
    expect(await filesIn(workspace)).toEqual(['notes.md']);
    expect(await mails()).toEqual([]);
    expect(result.messages.at(-1)?.text).toContain('I did not mail team@example.com.');
    expect(result.messages.at(-1)?.text).toContain('Not before Monday.');
    expect(result.decisions).toMatchObject([{ decision: 'approve' }, { decision: 'reject' }]);
    expect(result.toolRuns).toMatchObject([{ tool: 'write_file' }]);
  });

  it('runs what a person made of it, and lets a person answer instead', async () => {
    const { say, resume, workspace, mails } = await useAgent();
    await say(wish);
    const args = { to: ['ann@example.com', 'bob@example.com'], subject: '0', text: '' };
    const result = await resume({
      decisions: [
        { type: 'respond', message: 'It is on the wiki.' },
        { type: 'edit', edited_action: { name: 'send_email', args } },
      ],
    });
    expect(await filesIn(workspace)).toEqual([]);
    expect((await mails())[0]).toMatch(/^To: ann@example\.com, bob@example\.com\r?$/m);
    expect(result.messages.at(-1)?.text).toContain('It is on the wiki.');
    expect(result.decisions).toMatchObject([
      { decision: 'respond', message: 'It is on the wiki.' },
      { decision: 'edit', proposed: { to: 'team@example.com' }, released: args },
    ]);
  });

  it('shows the model what the person added after both results', async () => {
    const { agent, config, say, requests } = await useAgent();
    await say(wish);
    const update = { messages: [new HumanMessage('Tell me when it is read.')] };
    await agent.invoke(new Command({ resume: 'approve', update }), config);
    expect(requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
      'developer',
      'user',
      'assistant',
      'tool',
      'tool',
      'user',
    ]);
  });

  it('can be had by halves', async () => {
    const { say, resume, mails } = await useAgent();
    await say('Mail the release notes for 1.2 to team@example.com');
    expect((await resume('approve')).messages.at(-1)?.text).toContain('in the outbox');
    expect(await mails()).toHaveLength(1);
  });
});
