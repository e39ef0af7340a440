import type { CheckpointWriter } from '../storage/checkpoints.ts';

/**
 * For a thread whose latest root checkpoint cannot be read: LangGraph reads it too, so until the attempt has stored
 * another, the named one stands for it.
 */
export const lookPastDamage = (
  writer: CheckpointWriter,
  checkpointId: string | null,
  progressed: () => boolean,
): undefined => {
  const read = writer.getTuple.bind(writer);
  writer.getTuple = ({ configurable, ...rest }) => {
    const { checkpoint_ns: ns = '', checkpoint_id: id } = configurable ?? {};
    const latest = ns === '' && id === undefined && !progressed();
    return read({
      ...rest,
      configurable: { ...configurable, ...(latest && { checkpoint_id: checkpointId }) },
    });
  };
};
