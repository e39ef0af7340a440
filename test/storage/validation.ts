import type { RunnableConfig } from '@langchain/core/runnables';
import { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import { deltaChannelHistoryTests, specTest } from '@langchain/langgraph-checkpoint-validation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoints, CheckpointWriter } from '../../src/storage/checkpoints.ts';

/** Checkpoints that are empty, and how to do away with them. */
export interface FreshCheckpoints {
  checkpoints: Checkpoints;
  discard: () => Promise<void>;
}

/** LangGraph's suite writes any thread through one saver; ours gives a writer for each. */
class AnyThreadSaver extends BaseCheckpointSaver {
  readonly fresh: FreshCheckpoints;

  constructor(fresh: FreshCheckpoints) {
    super();
    this.fresh = fresh;
  }

  async writer(config: RunnableConfig): Promise<CheckpointWriter> {
    const { checkpoints } = this.fresh;
    const lease = { threadId: String(config.configurable?.['thread_id']), fence: 1, token: 'token' };
    await checkpoints.acquire(lease);
    return checkpoints.writer({ lease, runId: 'run', metadata: {} });
  }

  override getTuple(config: RunnableConfig) {
    return this.fresh.checkpoints.reader.getTuple(config);
  }

  override list(...args: Parameters<BaseCheckpointSaver['list']>) {
    return this.fresh.checkpoints.reader.list(...args);
  }

  override async put(...args: Parameters<BaseCheckpointSaver['put']>) {
    return (await this.writer(args[0])).put(...args);
  }

  override async putWrites(...args: Parameters<BaseCheckpointSaver['putWrites']>) {
    return (await this.writer(args[0])).putWrites(...args);
  }

  override deleteThread(threadId: string) {
    return this.fresh.checkpoints.deleteThread(threadId);
  }
}

/** Runs LangGraph's own suite for checkpointers. */
export const validateCheckpoints = (create: () => FreshCheckpoints | Promise<FreshCheckpoints>): void => {
  // The suite takes its test functions from the global scope.
  Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
  const initializer = {
    // Under this name the suite leaves out what no SqliteSaver does: storing channels by version.
    checkpointerName: '@langchain/langgraph-checkpoint-sqlite',
    createCheckpointer: async () => new AnyThreadSaver(await create()),
    destroyCheckpointer: (saver: AnyThreadSaver) => saver.fresh.discard(),
  };
  specTest(initializer);
  deltaChannelHistoryTests(initializer);
};
