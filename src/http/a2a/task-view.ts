import { isRecord } from '../../model/json.ts';
import type { Pause } from '../../model/pause.ts';
import type { RunState } from '../../model/run-state.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import { presentApproval } from '../control/approval-view.ts';
import { PAUSE_EXTENSION, suspensionOf, type Suspension } from './extension.ts';

/** A part of a message in the protocol's JSON. */
export interface PartJson {
  text?: string;
  data?: unknown;
  mediaType?: string;
}

interface MessageJson {
  messageId: string;
  contextId: string;
  taskId: string;
  role: 'ROLE_USER' | 'ROLE_AGENT';
  parts: PartJson[];
  metadata?: Record<string, unknown>;
  extensions?: string[];
}

export interface ArtifactJson {
  artifactId: string;
  name: string;
  parts: PartJson[];
}

export type TaskStateName =
  | 'TASK_STATE_SUBMITTED'
  | 'TASK_STATE_WORKING'
  | 'TASK_STATE_INPUT_REQUIRED'
  | 'TASK_STATE_COMPLETED'
  | 'TASK_STATE_FAILED'
  | 'TASK_STATE_CANCELED';

export interface TaskJson {
  id: string;
  contextId: string;
  status: { state: TaskStateName; message?: MessageJson; timestamp: string };
  artifacts: ArtifactJson[];
  history: MessageJson[];
  metadata: Record<string, unknown>;
}

/** What becomes of a run in the words of A2A. A task that is held is still being worked on: it goes on by itself. */
export const TASK_STATES = {
  pending: 'TASK_STATE_SUBMITTED',
  running: 'TASK_STATE_WORKING',
  pausing: 'TASK_STATE_WORKING',
  paused: 'TASK_STATE_WORKING',
  stopped: 'TASK_STATE_WORKING',
  interrupted: 'TASK_STATE_INPUT_REQUIRED',
  success: 'TASK_STATE_COMPLETED',
  error: 'TASK_STATE_FAILED',
  timeout: 'TASK_STATE_FAILED',
  cancelled: 'TASK_STATE_CANCELED',
} as const satisfies Record<RunState, TaskStateName>;

interface Shown {
  task: AgentTask;
  pause?: Pause | undefined;
  /** The state's values as the run left them. */
  values?: unknown;
  /** Messages of the conversation, the last ones; all when undefined. */
  historyLength?: number | undefined;
}

/** A task as the protocol shows it. */
export const viewTask = ({ task, pause, values, historyLength }: Shown): TaskJson => {
  const { root, current } = task;
  const suspension = suspensionOf(current, pause);
  const state = stateOf(task);
  const message = statusMessage(task, suspension);
  const done = state === 'TASK_STATE_COMPLETED';
  return {
    id: root.runId,
    contextId: root.threadId,
    status: { state, timestamp: current.since, ...(message && { message }) },
    artifacts: done && values !== undefined ? [resultArtifact(values)] : [],
    history: historyLength === 0 ? [] : historyOf(task, values).slice(-(historyLength ?? MOST_HISTORY)),
    metadata: {
      assistant_id: root.assistantId,
      run_id: current.runId,
      ...(suspension && { [PAUSE_EXTENSION]: suspension }),
    },
  };
};

const MOST_HISTORY = 100;

const stateOf = ({ root, current, questions }: AgentTask): TaskStateName => {
  if (current.state === 'pending' && (current.attempt > 0 || current !== root)) return 'TASK_STATE_WORKING';
  // Its question is asked no longer: the conversation went on without it.
  if (current.state === 'interrupted' && questions.length === 0) return 'TASK_STATE_CANCELED';
  return TASK_STATES[current.state];
};

/** The artifact that grows while a task runs, and is its result in the end. */
export const RESULT = { artifactId: 'result', name: 'result' };

/** What was said last, or the state's values where nothing is said. */
export const resultArtifact = (values: unknown): ArtifactJson => {
  const text = lastSaid(values);
  const parts = text === undefined ? [{ data: values ?? {}, mediaType: 'application/json' }] : [{ text }];
  return { ...RESULT, parts };
};

const messagesIn = (values: unknown): Record<string, unknown>[] => {
  const messages = isRecord(values) ? values['messages'] : undefined;
  return Array.isArray(messages) ? messages.filter(isRecord) : [];
};

const lastSaid = (values: unknown): string | undefined => {
  const last = messagesIn(values).findLast(({ type }) => type === 'ai');
  return last && (textOf(last['content']) || undefined);
};

/** The text of a message's content, whatever form it has. */
export const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) =>
      isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : '',
    )
    .join('');
};

const ROLES = new Map<unknown, MessageJson['role']>([
  ['human', 'ROLE_USER'],
  ['ai', 'ROLE_AGENT'],
]);

const historyOf = ({ root }: AgentTask, values: unknown): MessageJson[] =>
  messagesIn(values).flatMap(({ id, type, content }, index) => {
    const role = ROLES.get(type);
    const text = textOf(content);
    if (!role || text === '') return [];
    const messageId = typeof id === 'string' && id !== '' ? id : `${root.runId}-${index}`;
    return [{ messageId, contextId: root.threadId, taskId: root.runId, role, parts: [{ text }] }];
  });

const statusMessage = (task: AgentTask, suspension: Suspension | undefined): MessageJson | undefined => {
  const { root, current } = task;
  const parts = statusParts(task, suspension);
  if (parts.length === 0) return undefined;
  return {
    messageId: `${current.runId}-${current.attempt}-${current.state}`,
    contextId: root.threadId,
    taskId: root.runId,
    role: 'ROLE_AGENT',
    parts,
    ...(suspension && { metadata: { [PAUSE_EXTENSION]: suspension }, extensions: [PAUSE_EXTENSION] }),
  };
};

const statusParts = (task: AgentTask, suspension: Suspension | undefined): PartJson[] => {
  const { current, questions } = task;
  if (questions.length > 0) return questionParts(task);
  if (current.state === 'interrupted')
    return [{ text: 'Its question is asked no longer: the conversation went on.' }];
  if (suspension) return [{ text: SUSPENSION_TEXTS[suspension.state](suspension.reason) }];
  const why = current.failure?.message ?? current.reason;
  return why === null ? [] : [{ text: why }];
};

const SUSPENSION_TEXTS = {
  suspending: (reason: string | null) => `Will be suspended at the end of its step: ${reason ?? ''}`,
  suspended: (reason: string | null) => `Suspended: ${reason ?? ''}`,
  resumed: () => 'Resumed.',
} as const satisfies Record<Suspension['state'], (reason: string | null) => string>;

/** A person can read it, and a program answer it. */
const questionParts = ({ questions }: AgentTask): PartJson[] => {
  const shown = questions.map(presentQuestion);
  const text = shown.map(({ text: one }) => one).join('\n');
  return [
    { text },
    {
      data: { questions: shown.map(({ text: _text, ...question }) => question) },
      mediaType: 'application/json',
    },
  ];
};

const presentQuestion = (approval: AgentTask['questions'][number]) => {
  const {
    id,
    description,
    tool_calls,
    allowed_decisions,
    response_schema,
    payload,
    payload_hash,
    expires_at,
  } = presentApproval(approval);
  const asked = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const calls = tool_calls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`).join(', ');
  const text = description ?? (calls === '' ? asked : `May this be done? ${calls}`);
  return {
    text,
    question_id: id,
    description,
    tool_calls,
    allowed_decisions,
    response_schema,
    payload,
    payload_hash,
    expires_at,
  };
};
