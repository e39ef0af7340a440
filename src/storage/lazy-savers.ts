import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import type { Checkpoints } from './checkpoints.ts';

/** What LangGraph reads and writes a backend's checkpoints by. */
export interface Savers {
  saver: BaseCheckpointSaver;
  writer: (
    input: Parameters<Checkpoints['writer']>[0],
  ) => BaseCheckpointSaver & Awaited<ReturnType<Checkpoints['writer']>>;
}

/** Savers that are loaded when they are first needed: LangGraph with them, which a process may never need. */
export const lazySavers = (load: () => Promise<Savers>): Pick<Checkpoints, 'reader' | 'saver' | 'writer'> => {
  let loading: Promise<Savers> | undefined;
  const savers = (): Promise<Savers> => (loading ??= load());
  const saver = async (): Promise<BaseCheckpointSaver> => (await savers()).saver;
  return {
    saver,
    writer: async (input) => (await savers()).writer(input),
    reader: {
      getTuple: async (config) => (await saver()).getTuple(config),
      list: async function* (config, options) {
        yield* (await saver()).list(config, options);
      },
    },
  };
};
