import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { isRecord } from '../model/json.ts';
import { isMessage, type StreamChunk, type WireEvent } from './stream-chunk.ts';

/**
 * The events of stream mode `messages`: `messages/metadata` once for each message a model streams,
 * `messages/partial` with all of it so far at each token, `messages/complete` when it is in the state.
 */
export const createMessageEvents = (): ((chunk: StreamChunk) => WireEvent[]) => {
  const partial = new Map<string, BaseMessage>();
  const complete = new Set<string>();
  return ({ mode, payload }) => {
    if (mode === 'messages' && Array.isArray(payload)) return partialEvents(partial, payload[0], payload[1]);
    if (mode !== 'values') return [];
    const messages = newMessages(payload, complete);
    return messages.length === 0 ? [] : [{ event: 'messages/complete', payload: messages }];
  };
};

const partialEvents = (
  partial: Map<string, BaseMessage>,
  message: unknown,
  metadata: unknown,
): WireEvent[] => {
  if (!isMessage(message) || message.id === undefined || !isChunk(message)) return [];
  const before = partial.get(message.id);
  const sofar = before ? (before as AIMessageChunk).concat(message) : message;
  partial.set(message.id, sofar);
  const event = { event: 'messages/partial', payload: [sofar] };
  if (before) return [event];
  return [{ event: 'messages/metadata', payload: { [message.id]: { metadata } } }, event];
};

const isChunk = (message: BaseMessage): message is AIMessageChunk => 'concat' in message;

const newMessages = (values: unknown, complete: Set<string>): BaseMessage[] => {
  const messages = isRecord(values) ? values['messages'] : undefined;
  const fresh: BaseMessage[] = [];
  for (const message of Array.isArray(messages) ? messages : [messages]) {
    if (!isMessage(message) || message.id === undefined || complete.has(message.id)) continue;
    complete.add(message.id);
    fresh.push(message);
  }
  return fresh;
};
