import type { Checkpoint } from '@langchain/langgraph-checkpoint';
import { encodeState } from '../model/state-json.ts';

/** The values of a checkpoint as JSON text, among the graph's own channels: as they are seen without the graph. */
export const valuesIn = ({ channel_values: channels }: Checkpoint): string =>
  encodeState(Object.fromEntries(Object.entries(channels).filter(([name]) => !/^(__|branch:)/.test(name))));
