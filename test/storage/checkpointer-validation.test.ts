import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnableConfig } from '@langchain/core/runnables';
import { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import { deltaChannelHistoryTests, specTest } from '@langchain/langgraph-checkpoint-validation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoints, CheckpointWriter } from '../../src/storage/checkpoints.ts';
import { openCheckpoints } from '../../src/storage/embedded/checkpointer.ts';

/** LangGraph's suite writes any thread through one saver; ours gives a writer for each. */
class AnyThreadSaver extends BaseCheckpointSaver {
  readonly dir = mkdtempSync(join(tmpdir(), 'holdpoint-validation-'));
  readonly checkpoints: Checkpoints = openCheckpoints({
    path: join(this.dir, 'cp.db'),
    synchronous: 'NORMAL',
  });

  async writer(config: RunnableConfig): Promise<CheckpointWriter> {
    const lease = { threadId: String(config.configurable?.['thread_id']), fence: 1, token: 'token' };
    await this.checkpoints.acquire(lease);
    return this.checkpoints.writer({ lease, runId: 'run', metadata: {} });
  }

  override getTuple(config: RunnableConfig) {
    return this.checkpoints.reader.getTuple(config);
  }

  override list(...args: Parameters<BaseCheckpointSaver['list']>) {
    return this.checkpoints.reader.list(...args);
  }

  override async put(...args: Parameters<BaseCheckpointSaver['put']>) {
    return (await this.writer(args[0])).put(...args);
  }

  override async putWrites(...args: Parameters<BaseCheckpointSaver['putWrites']>) {
    return (await this.writer(args[0])).putWrites(...args);
  }

  override deleteThread(threadId: string) {
    return this.checkpoints.deleteThread(threadId);
  }
}

// The suite takes its test functions from the global scope.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });

const initializer = {
  // Under this name the suite leaves out what no SqliteSaver does: storing channels by version.
  checkpointerName: '@langchain/langgraph-checkpoint-sqlite',
  createCheckpointer: () => new AnyThreadSaver(),
  destroyCheckpointer: async (saver: AnyThreadSaver) => {
    await saver.checkpoints.close();
    rmSync(saver.dir, { recursive: true, force: true });
  },
};

specTest(initializer);
deltaChannelHistoryTests(initializer);
