import { WRITES_IDX_MAP, type PendingWrite } from '@langchain/langgraph-checkpoint';
import type { TaskWrites, WriteRow } from './checkpoint-rows.ts';
import type { StateSerializer } from './state-serializer.ts';

const isSpecial = (channel: string): boolean => Object.hasOwn(WRITES_IDX_MAP, channel);

/** The writes of one task as they are stored. */
export const taskWrites = (
  serializer: StateSerializer,
  key: Pick<WriteRow, 'checkpoint_ns' | 'checkpoint_id' | 'task_id'>,
  writes: PendingWrite[],
): TaskWrites => ({
  replace: writes.every(([channel]) => isSpecial(channel)),
  rows: writes.map(([channel, written], index) => {
    const [type, dumped] = serializer.dump(written, channel);
    const idx = isSpecial(channel) ? (WRITES_IDX_MAP[channel] ?? index) : index;
    // Bytes are the graph's own, which may change them while they wait.
    return { ...key, idx, channel, type, value: type === 'bytes' ? dumped.slice() : dumped };
  }),
});
