import { code, table } from './markdown.mjs';

const MEANING = {
  pending: 'Accepted and on disk; waits for a worker, or for the run before it on the same thread.',
  running: 'A worker holds it.',
  pausing:
    'Draining: a pause was asked for, the superstep in flight is finishing or its checkpoint being verified.',
  paused: 'Held at a superstep boundary. Costs rows, no memory.',
  interrupted: 'The graph asked a question and the run ended on it. The answer starts a new run.',
  stopped: 'Stopped in an emergency.',
  success: 'Finished.',
  error: 'Failed; the reason is kept with the run.',
  timeout: 'Ran out of time.',
  cancelled: 'Cancelled.',
};

/** `from --> to: these transitions`, one line for each pair of states. */
const arrows = (transitions) =>
  Object.entries(transitions).flatMap(([from, row]) => {
    const byTarget = groupByTarget(Object.entries(row));
    return [...byTarget].map(
      ([to, moves]) => `  ${from} --> ${to}: ${moves.map(([name]) => name).join(', ')}`,
    );
  });

const groupByTarget = (entries) => {
  const groups = new Map();
  for (const entry of entries) groups.set(entry[1], [...(groups.get(entry[1]) ?? []), entry]);
  return groups;
};

const moves = (row) =>
  Object.entries(row)
    .map(([name, to]) => `${code(name)} → ${code(to)}`)
    .join('<br>') || 'none: it has ended';

export const runStatesPage = async () => {
  const { isFinal, RUN_STATES, RUN_TRANSITIONS } = await import('../../src/model/run-state.ts');
  const { STATE_WORDS } = await import('../../src/model/wire-status.ts');
  const missing = RUN_STATES.filter((state) => !(state in MEANING));
  if (missing.length > 0)
    throw new Error(`scripts/docs/run-states.mjs: without a meaning: ${missing.join()}`);
  const ends = RUN_STATES.filter(isFinal).map((state) => `  ${state} --> [*]`);
  return `# The states of a run

One table in \`src/model/run-state.ts\` says how a run may move, and one function, \`moveRun\`, moves it: guarded (only if
the run is still where it was read and, for a worker, only while its lease is the thread's), with a line in the session log
in the same transaction. What the table does not know is refused with 409 \`invalid_transition\`.

\`\`\`mermaid
stateDiagram-v2
  [*] --> pending
${arrows(RUN_TRANSITIONS).join('\n')}
${ends.join('\n')}
\`\`\`

${table(
  ['State', 'Meaning', 'Transitions'],
  RUN_STATES.map((state) => [code(state), MEANING[state], moves(RUN_TRANSITIONS[state])]),
)}

## On the wire

LangGraph clients see a run's and a thread's \`status\`. Runs and threads also carry \`lifecycle.state\`, our own word.
The thread's status is that of the run that last moved it, once nothing else waits on the thread.

${table(
  ['State', 'Run `status`', 'Thread `status`', '`lifecycle.state`'],
  RUN_STATES.map((state) => {
    const { run, thread, lifecycle } = STATE_WORDS[state];
    const onThread = thread === 'by_next' ? '`interrupted` with steps left, else `idle`' : code(thread);
    return [code(state), code(run), onThread, code(lifecycle)];
  }),
)}
`;
};
