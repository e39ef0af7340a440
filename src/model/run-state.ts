/** Every state a run can be in. `running` and `pausing` are the two in which a worker holds it. */
export const RUN_STATES = [
  'pending',
  'running',
  'pausing',
  'paused',
  'interrupted',
  'stopped',
  'success',
  'error',
  'timeout',
  'cancelled',
] as const;

export type RunState = (typeof RUN_STATES)[number];

/** What can happen to a run. */
export const TRANSITIONS = [
  'claim',
  'requestPause',
  'conditionMet',
  'withdrawPause',
  'failUnderThreshold',
  'drained',
  'drainTimeout',
  'interrupt',
  'finish',
  'fail',
  'expire',
  'cancel',
  'stop',
  'loseLease',
  'resume',
] as const;

export type RunTransition = (typeof TRANSITIONS)[number];

type Row = Partial<Record<RunTransition, RunState>>;

const ENDINGS = {
  interrupt: 'interrupted',
  finish: 'success',
  fail: 'error',
  expire: 'timeout',
  cancel: 'cancelled',
  stop: 'stopped',
} as const satisfies Row;

/** The one table of run states. Nothing else moves a run. */
export const RUN_TRANSITIONS = {
  pending: { claim: 'running', requestPause: 'paused', cancel: 'cancelled', stop: 'stopped' },
  running: {
    ...ENDINGS,
    requestPause: 'pausing',
    conditionMet: 'pausing',
    failUnderThreshold: 'paused',
    loseLease: 'pending',
  },
  pausing: {
    ...ENDINGS,
    withdrawPause: 'running',
    drained: 'paused',
    drainTimeout: 'paused',
    loseLease: 'paused',
  },
  paused: { resume: 'pending', cancel: 'cancelled', stop: 'stopped' },
  stopped: { resume: 'pending', cancel: 'cancelled' },
  interrupted: {},
  success: {},
  error: {},
  timeout: {},
  cancelled: {},
} as const satisfies Record<RunState, Row>;

/** The state after `transition`, or undefined when `from` does not allow it. */
export const nextRunState = (from: RunState, transition: RunTransition): RunState | undefined =>
  (RUN_TRANSITIONS[from] as Row)[transition];

/** A worker holds the run. */
export const isHeld = (state: RunState): boolean => state === 'running' || state === 'pausing';

/** The run waits for a worker or has one: its thread is busy. */
export const isActive = (state: RunState): boolean => state === 'pending' || isHeld(state);

/** No transition leaves this state. */
export const isFinal = (state: RunState): boolean => Object.keys(RUN_TRANSITIONS[state]).length === 0;

/** The durable word of an operator to a running attempt; a signal only makes it heard sooner. */
export type DesiredState = 'run' | 'pause' | 'pause_now' | 'cancel' | 'stop' | 'rollback';
