import type { LogLine, State } from '../../api/thread-queries.ts';
import type { Tone } from '../../parts/status.tsx';
import { stepOf } from './step-words.ts';

/** A line of the timeline: a state of the thread, or something that happened to it. */
export interface Moment {
  key: string;
  at: string;
  title: string;
  about: string;
  tone: Tone;
  /** Of a state: it can be looked at. */
  checkpointId: string | null;
}

const WORDS: Record<LogLine['kind'], { title: string; tone?: Tone }> = {
  launch: { title: 'Run launched' },
  claim: { title: 'A worker took it', tone: 'blue' },
  requestPause: { title: 'Pause requested', tone: 'violet' },
  forcePause: { title: 'No safe point in time: the step is cut', tone: 'amber' },
  extendDrain: { title: 'More time to come to a safe point' },
  conditionMet: { title: 'A condition asks for a pause', tone: 'violet' },
  failUnderThreshold: { title: 'Paused after errors', tone: 'violet' },
  withdrawPause: { title: 'Pause withdrawn' },
  drained: { title: 'Paused at a safe point, verified', tone: 'violet' },
  drainTimeout: { title: 'Paused: the step was cut', tone: 'red' },
  awaitResume: { title: 'A condition of the resume is met, others are not', tone: 'violet' },
  triggerResume: { title: 'The conditions of the resume are met', tone: 'blue' },
  resume: { title: 'Resumed', tone: 'blue' },
  refuseResume: { title: 'Resume refused by its checks', tone: 'red' },
  interrupt: { title: 'Asked a question', tone: 'amber' },
  question: { title: 'Question' },
  setDeadline: { title: 'Deadline of a question set' },
  questionExpired: { title: 'Question expired', tone: 'amber' },
  questionMovedOn: { title: 'Question overtaken: the thread went on' },
  questionReopened: { title: 'Question open again: its answer was never given', tone: 'amber' },
  decide: { title: 'Question decided', tone: 'green' },
  remember: { title: 'Decision remembered' },
  revoke: { title: 'Decision remembered no more' },
  tool: { title: 'A tool ran' },
  effectResolved: { title: 'Somebody said whether an effect happened' },
  finish: { title: 'Finished', tone: 'green' },
  fail: { title: 'Failed', tone: 'red' },
  expire: { title: 'Ran out of time', tone: 'red' },
  requestCancel: { title: 'Cancel requested' },
  requestRollback: { title: 'Rollback requested' },
  cancel: { title: 'Cancelled' },
  stop: { title: 'Emergency stop', tone: 'red' },
  releaseStop: { title: 'Emergency stop released' },
  loseLease: { title: 'Its worker was lost; it goes on', tone: 'amber' },
  releaseWorker: { title: 'Its worker is shut down, as the pause asked' },
  updateState: { title: 'State edited' },
  copy: { title: 'Copied from another thread' },
};

/** What another line says already. */
const LEFT_OUT: ReadonlySet<LogLine['kind']> = new Set(['question']);

/** Workers have long names. */
const actorWords = (actor: string): string =>
  /^[0-9a-f-]{36}$/.test(actor) ? `worker ${actor.slice(0, 8)}` : actor;

const REASONS = ['reason', 'message', 'additional_context', 'tool'];

const momentOfLine = (line: LogLine, index: number): Moment => {
  const { title, tone = 'grey' } = line.kind in WORDS ? WORDS[line.kind] : { title: line.kind };
  const reason = REASONS.map((field) => line.detail?.[field]).find((text) => typeof text === 'string');
  const about = [actorWords(line.actor), reason].filter((text) => text !== undefined).join(': ');
  return { key: `log-${index}`, at: line.at, title, about, tone, checkpointId: null };
};

const momentOfState = (state: State): Moment => {
  const id = state.checkpoint?.checkpoint_id ?? '';
  const asks = state.tasks.some((task) => Array.isArray(task['interrupts']) && task['interrupts'].length > 0);
  const source = state.metadata?.['source'];
  return {
    key: id,
    at: state.created_at ?? '',
    title: stepOf(state),
    about: [source === 'loop' ? undefined : source, id.slice(-8)]
      .filter((text) => typeof text === 'string')
      .join(' · '),
    tone: asks ? 'amber' : 'blue',
    checkpointId: id,
  };
};

/** States and lines in one order, newest first; while older states are not loaded, lines from before them are left out. */
export const momentsOf = (states: State[], lines: LogLine[], moreStates: boolean): Moment[] => {
  const oldest = moreStates ? (states.at(-1)?.created_at ?? '') : '';
  const told = lines.filter(({ kind, at }) => !LEFT_OUT.has(kind) && at >= oldest).map(momentOfLine);
  return [...states.map(momentOfState), ...told].toSorted((a, b) => b.at.localeCompare(a.at));
};
