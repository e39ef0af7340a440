import type { BaseMessage } from '@langchain/core/messages';
import { isRecord } from '../model/json.ts';

/** An event of the wire before it is encoded. */
export interface WireEvent {
  event: string;
  payload: unknown;
}

/** What LangGraph's stream yields: where from, in which mode, what. */
export interface StreamChunk {
  ns: string[];
  mode: string;
  payload: unknown;
}

/** A message, by shape: the graph's project may have its own copy of LangChain. */
export const isMessage = (value: unknown): value is BaseMessage =>
  isRecord(value) && typeof value['toDict'] === 'function' && 'content' in value;
