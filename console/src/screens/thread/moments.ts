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

const WORDS: Record<string, { title: string; tone?: Tone }> = {
  create: { title: 'Run launched' },
  launch: { title: 'Run launched' },
  claim: { title: 'A worker took it', tone: 'blue' },
  requestPause: { title: 'Pause requested', tone: 'violet' },
  conditionMet: { title: 'A condition asks for a pause', tone: 'violet' },
  withdrawPause: { title: 'Pause withdrawn' },
  drained: { title: 'Paused at a safe point, verified', tone: 'violet' },
  drainTimeout: { title: 'Paused: the step was cut', tone: 'red' },
  resume: { title: 'Resumed', tone: 'blue' },
  refuseResume: { title: 'Resume refused by its checks', tone: 'red' },
  interrupt: { title: 'Asked a question', tone: 'amber' },
  decide: { title: 'Question decided', tone: 'green' },
  tool: { title: 'A tool ran' },
  finish: { title: 'Finished', tone: 'green' },
  fail: { title: 'Failed', tone: 'red' },
  expire: { title: 'Ran out of time', tone: 'red' },
  cancel: { title: 'Cancelled' },
  stop: { title: 'Emergency stop', tone: 'red' },
  releaseStop: { title: 'Emergency stop released' },
  loseLease: { title: 'Its worker was lost; it goes on', tone: 'amber' },
  update_state: { title: 'State edited' },
};

/** A word of the log that has no sentence of its own, as words. */
const spoken = (kind: string): string => {
  const words = kind.replaceAll('_', ' ').replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What another line says already. */
const LEFT_OUT = new Set(['question']);

/** Workers have long names. */
const actorWords = (actor: string): string =>
  /^[0-9a-f-]{36}$/.test(actor) ? `worker ${actor.slice(0, 8)}` : actor;

const REASONS = ['reason', 'message', 'additional_context', 'tool'];

const momentOfLine = (line: LogLine, index: number): Moment => {
  const { title, tone = 'grey' } = WORDS[line.kind] ?? { title: spoken(line.kind) };
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
