import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
import { describe, expect, it } from 'vitest';
import { createToolRunLog } from '../../src/engine/tool-run-log.ts';
import { createLogToolRuns } from '../../src/lifecycle/log-tool-runs.ts';
import type { ToolRun } from '../../src/model/tool-run.ts';
import { openLifecycle } from './bench.ts';

const ran = (toolCallId: string): ToolRun => ({
  toolCallId,
  tool: 'send',
  args: { to: toolCallId },
  by: 'policy',
  outcome: 'done',
});

const put = (toolRuns: ToolRun[], source = 'loop') => ({
  ns: '',
  source,
  step: 1,
  parentId: 'before',
  checkpoint: { ...emptyCheckpoint(), channel_values: { toolRuns } },
});

/** A run at work, and the log of what its steps run when the checkpoint before its first one held `before`. */
const begin = async ({ before, goesOn }: { before: ToolRun[]; goesOn: boolean }) => {
  const lifecycle = await openLifecycle();
  const threadId = await lifecycle.newThread();
  const claimed = await lifecycle.claim(await lifecycle.launch(threadId));
  const log = createLogToolRuns(lifecycle.deps)({ lease: claimed.lease, runId: claimed.run.runId });
  const attempt = createToolRunLog({
    goesOn,
    channel: () => Promise.resolve(before),
    stored: () => Promise.resolve(),
    log,
  });
  const lines = async () =>
    (await lifecycle.storage.log.read(threadId))
      .filter(({ kind }) => kind === 'tool')
      .map(({ detail }) => detail?.['tool_call_id']);
  return { lifecycle, claimed, log, attempt, lines };
};

describe('the log of the tool calls that ran', () => {
  it('has those of this run alone, in order, each once', async () => {
    const { attempt, lines } = await begin({ before: [ran('old')], goesOn: false });
    attempt.saw(put([ran('old'), ran('a')]));
    attempt.saw(put([ran('old'), ran('a')]));
    attempt.saw(put([ran('old'), ran('a'), ran('b'), ran('c')]));
    await attempt.written();
    expect(await lines()).toEqual(['a', 'b', 'c']);
  });

  it('takes what the input of a run finds for what ran before', async () => {
    const { attempt, lines } = await begin({ before: [], goesOn: false });
    attempt.saw(put([ran('old')], 'input'));
    attempt.saw(put([ran('old'), ran('a')]));
    await attempt.written();
    expect(await lines()).toEqual(['a']);
  });

  it('is completed by the attempt after one that died between a step and its lines', async () => {
    const { attempt, lines, log } = await begin({
      before: [ran('a'), ran('b'), ran('c')],
      goesOn: true,
    });
    await log([ran('a')], false);
    attempt.saw(put([ran('a'), ran('b'), ran('c'), ran('d')]));
    await attempt.written();
    expect(await lines()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is completed where several calls have the same id', async () => {
    const { attempt, lines, log } = await begin({ before: [ran('a'), ran('b'), ran('a')], goesOn: true });
    await log([ran('a'), ran('b')], false);
    attempt.saw(put([ran('a'), ran('b'), ran('a'), ran('a')]));
    await attempt.written();
    expect(await lines()).toEqual(['a', 'b', 'a', 'a']);
  });

  it('is not written by an attempt that has lost the thread', async () => {
    const { attempt, claimed, lines, lifecycle } = await begin({ before: [], goesOn: false });
    await lifecycle.storage.transaction((ledger) => ledger.threads.release(claimed.lease));
    attempt.saw(put([ran('a')]));
    await attempt.written();
    expect(await lines()).toEqual([]);
  });
});
