import { isRecord } from '../model/json.ts';

/** A checkpoint's coordinates as the wire shows them. */
export interface CheckpointCoordinates {
  thread_id: string;
  checkpoint_id: string | null;
  checkpoint_ns: string;
  checkpoint_map: unknown;
}

/** The coordinates in a LangGraph config, or null when it names no thread. */
export const checkpointCoordinates = (config: unknown): CheckpointCoordinates | null => {
  const configurable = isRecord(config) ? config['configurable'] : undefined;
  if (!isRecord(configurable) || typeof configurable['thread_id'] !== 'string') return null;
  return {
    thread_id: configurable['thread_id'],
    checkpoint_id: (configurable['checkpoint_id'] as string | undefined) ?? null,
    checkpoint_ns: (configurable['checkpoint_ns'] as string | undefined) ?? '',
    checkpoint_map: configurable['checkpoint_map'] ?? null,
  };
};

/** A checkpoint of stream mode `debug` or `checkpoints`, with coordinates instead of LangGraph's configs. */
export const presentCheckpoint = (payload: Record<string, unknown>): Record<string, unknown> => {
  const { config, parentConfig, tasks, ...rest } = payload;
  if (config === undefined) return payload;
  return {
    ...rest,
    config: publicConfig(config),
    parent_config: publicConfig(parentConfig),
    checkpoint: checkpointCoordinates(config),
    parent_checkpoint: checkpointCoordinates(parentConfig),
    tasks: Array.isArray(tasks) ? tasks.map((task) => (isRecord(task) ? presentTask(task) : task)) : [],
  };
};

/** A task of stream mode `debug` or `tasks`: a subgraph's state is given by its coordinates. */
export const presentTask = (task: Record<string, unknown>): Record<string, unknown> => {
  const coordinates = checkpointCoordinates(task['state']);
  if (!coordinates) return task;
  const { state: _state, ...rest } = task;
  return { ...rest, checkpoint: coordinates };
};

/** A config without what LangGraph keeps in it for itself. */
const publicConfig = (config: unknown): unknown => {
  if (!isRecord(config) || !isRecord(config['configurable'])) return config ?? null;
  const configurable = Object.entries(config['configurable']).filter(([key]) => !key.startsWith('__'));
  return { configurable: Object.fromEntries(configurable) };
};
