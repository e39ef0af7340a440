import { isRecord } from './json.ts';
import { textOfContent } from './message-text.ts';

/** Where a session stands, for somebody who takes it up. */
export interface SessionSnapshot {
  task: unknown;
  progress: unknown;
  artifacts: unknown;
  decisions: unknown;
}

/** What a graph's own `snapshot` says, and else what its state has under names that mean the same. */
export const snapshotOf = (values: unknown, told: Record<string, unknown> | null): SessionSnapshot => {
  const state = isRecord(values) ? values : {};
  const said = told ?? {};
  return {
    task: said['task'] ?? state['task'] ?? taskIn(state['messages']),
    progress: said['progress'] ?? state['progress'] ?? progressIn(state['todos']),
    artifacts: said['artifacts'] ?? state['artifacts'] ?? filesIn(state),
    decisions: said['decisions'] ?? state['decisions'] ?? null,
  };
};

/** The first thing a person said. */
const taskIn = (messages: unknown): string | null => {
  const first = (Array.isArray(messages) ? messages : [])
    .filter(isRecord)
    .find(({ type, role }) => type === 'human' || role === 'user');
  return first ? textOfContent(first['content']) : null;
};

/** Of a list of things to do, as planning agents keep one. */
const progressIn = (todos: unknown): unknown =>
  Array.isArray(todos) && todos.length > 0
    ? todos.map((todo: unknown) =>
        isRecord(todo) ? `${String(todo['content'] ?? todo['title'])}: ${String(todo['status'])}` : todo,
      )
    : null;

/** Files the state holds, by name; else what the gates say has run. */
const filesIn = ({ files, toolRuns }: Record<string, unknown>): unknown => {
  if (isRecord(files) && Object.keys(files).length > 0) return Object.keys(files);
  const ran = (Array.isArray(toolRuns) ? toolRuns : []).filter(isRecord);
  if (ran.length === 0) return null;
  return ran.map(({ tool, args, outcome }) => `${String(tool)} ${JSON.stringify(args)}: ${String(outcome)}`);
};
