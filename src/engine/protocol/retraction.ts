import { isRecord } from '../../model/json.ts';
import type { Unplaced } from './protocol-event.ts';

/**
 * Takes back what was streamed of a step that is done again. A client keeps a message it saw streamed until values
 * had it and no longer have it: so the values are said once with those messages and once without.
 */
export interface Retraction {
  streamed(events: Unplaced[]): void;
  /** The values of the root: what is in them stays. */
  committed(values: unknown): void;
  retract(): Unplaced[];
}

export const createRetraction = (): Retraction => {
  const loose = new Set<string>();
  let values: Record<string, unknown> = {};
  const said = (data: Record<string, unknown>): Unplaced => ({ method: 'values', namespace: [], data });
  return {
    streamed: (events) => {
      for (const { data } of events) {
        if (isRecord(data) && data['event'] === 'message-start') loose.add(String(data['id']));
      }
    },
    committed: (now) => {
      if (!isRecord(now)) return;
      values = now;
      for (const message of messagesOf(now)) {
        if (isRecord(message)) loose.delete(String(message['id']));
      }
    },
    retract: () => {
      const gone = [...loose].map((id) => ({ type: 'ai', id, content: '' }));
      loose.clear();
      if (gone.length === 0) return [];
      return [said({ ...values, messages: [...messagesOf(values), ...gone] }), said(values)];
    },
  };
};

const messagesOf = ({ messages }: Record<string, unknown>): unknown[] =>
  Array.isArray(messages) ? messages : [];
