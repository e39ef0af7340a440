import { describe, expect, it } from 'vitest';
import { occurrences, planWindow, type PauseWindow } from '../../src/model/pause-window.ts';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

const window = (given: Partial<PauseWindow> = {}): PauseWindow => ({
  windowId: 'w',
  name: 'night',
  scope: { type: 'all' },
  schedule: '0 2 * * *',
  timezone: 'UTC',
  durationMs: HOUR,
  drainLeadMs: 0,
  notify: [],
  resumeAfter: true,
  newRuns: 'queue',
  redirectTo: null,
  enabled: true,
  sinceMs: at('2026-01-01T00:00Z'),
  lastStartMs: null,
  toldMs: [],
  open: null,
  createdAt: '',
  updatedAt: '',
  ...given,
});

const starts = (given: Partial<PauseWindow>, from: string, count: number): string[] =>
  occurrences(window(given), at(from), count).map(
    ({ startMs, endMs }) =>
      `${new Date(startMs).toISOString().slice(5, 16)} to ${new Date(endMs).toISOString().slice(11, 16)}`,
  );

describe('a pause window', () => {
  it('starts at its hour on both sides of a change of the clock and lasts as long as it says', () => {
    const berlin = { schedule: '30 2 * * *', timezone: 'Europe/Berlin', durationMs: 2 * HOUR };
    expect(starts(berlin, '2026-03-28T12:00Z', 2)).toEqual([
      '03-29T01:30 to 03:30', // there is no 02:30 that night: it is 03:30
      '03-30T00:30 to 02:30',
    ]);
    expect(starts(berlin, '2026-10-24T12:00Z', 2)).toEqual([
      '10-25T00:30 to 02:30', // 02:30 comes twice, the window once
      '10-26T01:30 to 03:30',
    ]);
  });

  it('is entered at its start, or earlier by the time threads get to drain', () => {
    const now = at('2026-05-01T01:00Z');
    expect(planWindow(window(), now)).toEqual({ step: undefined, nextMs: at('2026-05-01T02:00Z') });
    const early = window({ drainLeadMs: 10 * 60_000 });
    expect(planWindow(early, now)).toEqual({ step: undefined, nextMs: at('2026-05-01T01:50Z') });
    expect(planWindow(early, at('2026-05-01T01:50Z'))).toEqual({
      step: { kind: 'enter', startMs: at('2026-05-01T02:00Z') },
    });
  });

  it('is left at its end, and not entered twice for one start', () => {
    const startMs = at('2026-05-01T02:00Z');
    const open = window({ lastStartMs: startMs, open: { scopePauseId: 'p', endsMs: startMs + HOUR } });
    expect(planWindow(open, startMs + 1)).toEqual({ step: undefined, nextMs: startMs + HOUR });
    expect(planWindow(open, startMs + HOUR)).toEqual({ step: { kind: 'leave' } });
    const left = { ...open, open: null };
    expect(planWindow(left, startMs + HOUR - 1)).toEqual({ step: undefined, nextMs: startMs + 24 * HOUR });
  });

  it('is entered late when its start was missed and it is still open, and not when it is over', () => {
    const startMs = at('2026-05-01T02:00Z');
    expect(planWindow(window(), startMs + HOUR - 1)).toEqual({ step: { kind: 'enter', startMs } });
    expect(planWindow(window(), startMs + HOUR)).toEqual({ step: undefined, nextMs: startMs + 24 * HOUR });
  });

  it('does not begin before it was made', () => {
    const startMs = at('2026-05-01T02:00Z');
    const made = window({ sinceMs: startMs + 60_000 });
    expect(planWindow(made, startMs + 60_000)).toEqual({ step: undefined, nextMs: startMs + 24 * HOUR });
    expect(occurrences(made, startMs + 60_000, 1)).toEqual([
      { startMs: startMs + 24 * HOUR, endMs: startMs + 25 * HOUR },
    ]);
  });

  it('is announced to each so long before, once for each start', () => {
    const startMs = at('2026-05-01T02:00Z');
    const notify = [
      { url: 'https://a.example', leadMs: 12 * HOUR },
      { url: 'https://b.example', leadMs: HOUR },
    ];
    const told = window({ notify, toldMs: [startMs, null] });
    expect(planWindow(window({ notify }), startMs - 12 * HOUR)).toEqual({
      step: { kind: 'tell', place: 0, startMs },
    });
    expect(planWindow(told, startMs - 12 * HOUR)).toEqual({ step: undefined, nextMs: startMs - HOUR });
    expect(planWindow(told, startMs - HOUR)).toEqual({ step: { kind: 'tell', place: 1, startMs } });
  });

  it('that is switched off is not entered, and left if it is open', () => {
    const startMs = at('2026-05-01T02:00Z');
    expect(planWindow(window({ enabled: false }), startMs)).toEqual({ step: undefined, nextMs: undefined });
    const open = window({ enabled: false, open: { scopePauseId: 'p', endsMs: startMs } });
    expect(planWindow(open, startMs)).toEqual({ step: { kind: 'leave' } });
  });
});
