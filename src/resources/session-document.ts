import type { LastStep } from '../engine/last-step.ts';
import type { Approval } from '../model/approval.ts';
import type { Effect } from '../model/effect.ts';
import type { Pause } from '../model/pause.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Run } from '../model/run.ts';
import type { LogEntry } from '../model/session-log.ts';
import type { SessionSnapshot } from '../model/session-snapshot.ts';
import type { Thread } from '../model/thread.ts';
import { STATE_WORDS } from '../model/wire-status.ts';

/** All there is to say of a session. */
export interface SessionFacts {
  thread: Thread;
  /** Oldest first. */
  runs: Run[];
  pauses: Pause[];
  approvals: Approval[];
  effects: Effect[];
  log: LogEntry[];
  lastStep: LastStep;
  snapshot: SessionSnapshot;
  /** Why the graph's own snapshot could not be had. */
  snapshotProblem: string | null;
}

/** The session as a document in Markdown: what it is, where it stands, how it goes on, what happened. */
export const sessionDocument = (facts: SessionFacts): string =>
  [
    header(facts),
    pauseCheckpoints(facts),
    contextSnapshot(facts),
    resumeInstructions(facts),
    history(facts),
  ].join('\n\n') + '\n';

const header = ({ thread, runs, lastStep }: SessionFacts): string => {
  const { threadId, graphId, lifecycle } = thread;
  const state = lifecycle ? STATE_WORDS[lifecycle.state].lifecycle : thread.status;
  const rows = [
    ['Thread', code(threadId)],
    ['Graph', graphId === null ? 'none yet' : code(graphId)],
    ['State', `**${state}**${lifecycle?.reason ? `: ${text(lifecycle.reason)}` : ''}`],
    ['Since', lifecycle?.since ?? thread.updatedAt],
    ['Begun', thread.createdAt],
    ['Runs', String(runs.length)],
    ['Last step', stepWords(lastStep)],
  ];
  return `# Session ${threadId}\n\n${table(['', ''], rows)}`;
};

const stepWords = ({ step, nodes }: LastStep): string =>
  nodes.length === 0 ? String(step) : `${step} (${nodes.map(code).join(', ')})`;

const pauseCheckpoints = ({ pauses, lastStep }: SessionFacts): string =>
  [
    '## Pause checkpoints',
    ...(pauses.length === 0 ? ['None.'] : pauses.map((pause) => onePause(pause, lastStep))),
  ].join('\n\n');

const onePause = (pause: Pause, { step: latest }: LastStep): string => {
  const { checkpoint } = pause;
  const rows = [
    ['Reason', text(pause.reason)],
    ['By', `${text(pause.requestedBy)} (${pause.cause})`],
    ['Paused', pause.pausedAt ?? 'not reached'],
    ...(checkpoint
      ? [
          ['Step', `${checkpoint.step ?? 0} of ${Math.max(latest, checkpoint.step ?? 0)} so far`],
          ['Next', checkpoint.next.map(code).join(', ') || 'nothing'],
          ['Checkpoint', `${code(checkpoint.checkpointId ?? 'none')}, ${standing(pause)}`],
        ]
      : []),
    ['Resumes', pause.resumeWhen === null ? 'by hand' : code(JSON.stringify(pause.resumeWhen))],
    [
      'Ended',
      pause.endedAt === null
        ? 'not yet'
        : `${pause.endedAt} by ${text(pause.endedBy ?? '')} (${pause.state})`,
    ],
    ...(pause.remedy ? [['Proposed', code(JSON.stringify(pause.remedy))]] : []),
  ];
  return `### Pause ${pause.pauseId}\n\n${table(['', ''], rows)}`;
};

const standing = ({ verified, checkpoint }: Pause): string =>
  `${verified ? 'read back as it was written' : 'not verified'}${checkpoint?.unsafe ? '; the step in flight was cut' : ''}`;

const contextSnapshot = ({ snapshot, snapshotProblem, approvals, effects }: SessionFacts): string =>
  [
    '## Context',
    ...(snapshotProblem === null
      ? []
      : [`The graph's own snapshot could not be taken: ${text(snapshotProblem)}`]),
    `### Task\n\n${block(snapshot.task)}`,
    `### Progress\n\n${block(snapshot.progress)}`,
    `### Artifacts\n\n${block(snapshot.artifacts ?? done(effects))}`,
    `### Decisions\n\n${block(snapshot.decisions ?? decided(approvals))}`,
  ].join('\n\n');

const done = (effects: Effect[]): string[] => effects.map(({ name, state }) => `${name}: ${state}`);

const decided = (approvals: Approval[]): string[] =>
  approvals.flatMap(({ tools, decided: made, payload }) =>
    made
      ? [`${made.at} ${made.by}: ${JSON.stringify(made.decision)} on ${tools.join(', ') || asked(payload)}`]
      : [],
  );

const asked = (payload: string): string =>
  readQuestion(JSON.parse(payload)).description ?? payload.slice(0, 200);

const resumeInstructions = ({ thread, pauses, approvals }: SessionFacts): string => {
  const { threadId, lifecycle } = thread;
  const lines = INSTRUCTIONS[lifecycle?.state ?? '']?.(threadId) ?? ['Nothing is to be resumed.'];
  const waiting = approvals.filter(({ status }) => status === 'waiting');
  const questions = waiting.map(
    ({ approvalId, tools, payload }) =>
      `- \`POST /approvals/${approvalId}/decision\`: ${text(tools.join(', ') || asked(payload))}`,
  );
  const current = pauses.findLast(({ state }) => state === 'paused');
  const needs =
    current?.resumeBehavior === 'await_instructions'
      ? ['It awaits instructions: give `additional_context`, `data` or a `command`.']
      : [];
  return [
    '## How to go on',
    ...lines,
    ...needs,
    ...(questions.length > 0 ? [questions.join('\n')] : []),
  ].join('\n\n');
};

const INSTRUCTIONS: Record<string, (threadId: string) => string[]> = {
  paused: (id) => [`\`POST /threads/${id}/resume\`, or \`holdpoint resume ${id}\`.`],
  stopped: (id) => [
    `It was stopped: release the emergency stop first, then \`POST /threads/${id}/resume\`, or \`holdpoint resume ${id}\`.`,
  ],
  interrupted: (id) => [`It waits for a decision: \`holdpoint inbox ${id}\`.`],
  pausing: (id) => [`It drains: \`DELETE /threads/${id}/pause\` withdraws the pause.`],
  running: () => ['It runs.'],
  pending: () => ['It waits for a worker.'],
};

const history = ({ log }: SessionFacts): string =>
  `## What happened\n\n${table(
    ['When', 'Who', 'What', 'State', ''],
    log.map(({ at, actor, kind, from, to, detail }) => [
      at,
      text(actor),
      kind,
      to === null ? '' : from === to || from === null ? to : `${from} → ${to}`,
      detail === null ? '' : code(JSON.stringify(detail)),
    ]),
  )}`;

const block = (value: unknown): string => {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0))
    return 'Not known.';
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => `- ${text(item)}`).join('\n');
  return fenced(JSON.stringify(value, null, 2));
};

/** Longer than any fence within. */
const fenced = (json: string): string => {
  const fence = '`'.repeat(Math.max(3, mostTicks(json) + 1));
  return `${fence}json\n${json}\n${fence}`;
};

/** The longest row of backticks in it. */
const mostTicks = (value: string): number =>
  (value.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);

/** Without its line breaks, and what is white beside them. */
const oneLine = (value: string): string => value.replace(/\s+/g, (gap) => (/[\n\r]/.test(gap) ? ' ' : gap));

/** Text of others must not become markup, nor begin a line of its own. */
const text = (value: string): string => oneLine(value.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')).trim();

/** As code, whatever it has in it: no fence within, no cell border, one line. */
const code = (value: string): string => {
  const line = oneLine(value).replaceAll('|', '\\|');
  const fence = '`'.repeat(mostTicks(line) + 1);
  return fence === '`' ? `\`${line}\`` : `${fence} ${line} ${fence}`;
};

const table = (headings: string[], rows: string[][]): string =>
  [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
