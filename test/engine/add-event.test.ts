import { expect, it } from 'vitest';
import { addEvent } from '../../src/engine/add-event.ts';
import type { EventSink } from '../../src/engine/event-sink.ts';
import { encodeState } from '../../src/model/state-json.ts';

const sink = { add: (_event: string, payload: unknown) => void encodeState(payload) } as EventSink;
const circle: Record<string, unknown> = {};
circle['self'] = circle;

it.each([
  ['contains itself', circle],
  [
    'cannot be written: toJSON broke',
    {
      toJSON: () => {
        throw new Error('toJSON broke');
      },
    },
  ],
  [
    'cannot be written: getter broke',
    {
      get a() {
        throw new Error('getter broke');
      },
    },
  ],
])('says of an event that it %s', (problem, payload) => {
  expect(() => addEvent(sink, 'custom', payload)).toThrow(`event "custom" ${problem}`);
});
