import type { CheckpointReads } from '../storage/checkpoints.ts';
import type { Clock } from '../model/clock.ts';
import type { WaitTerms } from '../model/run-handle.ts';

/**
 * When a step began, by the storage's clock: when the checkpoint was made that it begins with. The same at every replay,
 * on whatever machine. One that is not stored is known by its id, which has the time of this machine.
 */
export const createStepBegan =
  ({
    saver,
    threadId,
    clock,
  }: {
    saver: Pick<CheckpointReads, 'getTuple'>;
    threadId: string;
    clock: Clock;
  }) =>
  async (begins: WaitTerms['begins']): Promise<number> => {
    if (begins === null) return clock.now();
    const { ns, id } = begins;
    const at = { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id };
    const made = Date.parse((await saver.getTuple({ configurable: at }))?.checkpoint.ts ?? '');
    return Number.isNaN(made) ? timeOfId(id) + clock.now() - Date.now() : made;
  };

/** Checkpoint ids are UUIDs of version 6, which begin with their time in steps of 100 ns since 1582. */
const timeOfId = (id: string): number => {
  const hex = id.replaceAll('-', '');
  const ticks = BigInt(`0x${hex.slice(0, 12)}${hex.slice(13, 16)}`);
  return Number((ticks - 0x01b21dd213814000n) / 10_000n);
};
