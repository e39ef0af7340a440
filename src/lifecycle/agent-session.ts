import { readLastStep } from '../engine/last-step.ts';
import type { Approval } from '../model/approval.ts';
import type { Assistant } from '../model/assistant.ts';
import { readVerdict, type Verdict } from '../model/decision.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import { threadNotFound } from '../model/not-found.ts';
import type { Pause } from '../model/pause.ts';
import { readQuestion } from '../model/question-payload.ts';
import { isActive } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import type { LaunchRunInput } from './add-run.ts';
import type { DecideApprovalInput, DecidedApproval } from './decide-approval.ts';
import type { Once } from './once.ts';
import type { RequestPause } from './pause-thread.ts';
import type { ResumeThread } from './resume-thread.ts';

interface AgentDeps {
  storage: Storage;
  /** By id, by graph id or by name; the only one there is when nothing is named. */
  findAgent: (name: string | undefined) => Promise<Assistant>;
  launchRun: (input: LaunchRunInput) => Promise<Run>;
  requestPause: RequestPause;
  resumeThread: ResumeThread;
  decideApproval: (input: DecideApprovalInput) => Promise<DecidedApproval>;
}

/** How far the newest run of a thread has come. */
export interface AgentProgress {
  run: Run;
  steps: number;
  lastStep: string[];
  /** The state's values as JSON text, once the run has ended well. */
  result: string | null;
  /** What waits for a person, oldest first. */
  questions: Approval[];
}

export interface ResumeAgentInput {
  threadId: string;
  context: string | undefined;
  /** To the question that waits: a decision, or any JSON value to a question of the graph's own. */
  answer: unknown;
  actor: string;
}

/** The life of an agent in four calls: one thread each, of which the newest run counts. */
export interface AgentSessions {
  /** @throws {HoldpointError} as a launch does; `invalid_transition` when the thread is not free. */
  launch(input: LaunchRunInput & { agent: string | undefined }): Promise<Run>;
  /** @throws {HoldpointError} `thread_not_found`; `run_not_found` when nothing has run on it. */
  progress(threadId: string): Promise<AgentProgress>;
  /** @throws {HoldpointError} as a pause does. */
  pause(input: {
    threadId: string;
    reason: string;
    actor: string;
    once?: Once | undefined;
  }): Promise<{ pause: Pause; created: boolean }>;
  /**
   * Resumes what is paused, or answers the question that waits.
   * @throws {HoldpointError} as a resume and a decision do; `invalid_transition` when there is neither, and when
   * several questions wait; `invalid_request` when a question waits and no answer is given.
   */
  resume(input: ResumeAgentInput): Promise<Run>;
}

export const createAgentSessions = (deps: AgentDeps): AgentSessions => ({
  launch: async ({ agent, ...input }) => {
    const { assistantId } = await deps.findAgent(agent);
    return deps.launchRun({ ...input, assistantId }).catch((error: unknown) => {
      throw isHoldpointError(error) && error.code === 'thread_busy' ? notFree(error) : error;
    });
  },

  progress: (threadId) => readProgress(deps, threadId),

  pause: deps.requestPause,

  resume: async (input) => {
    const { threadId, actor, context, answer } = input;
    const { run, questions } = await readProgress(deps, threadId);
    if (run.state === 'interrupted') return decide(deps, { input, run, question: only(threadId, questions) });
    if (isActive(run.state)) throw running(run);
    const resumed = await deps.resumeThread({
      threadId,
      actor,
      data: answer ?? null,
      additionalContext: context ?? null,
    });
    return resumed.run;
  },
});

/** Among these calls a thread that is not free is one kind of conflict, whatever it is busy with. */
const notFree = ({ message, details }: HoldpointError): HoldpointError =>
  new HoldpointError('invalid_transition', message, { details });

const running = ({ threadId, runId, state }: Run): HoldpointError =>
  new HoldpointError(
    'invalid_transition',
    `Thread ${threadId} is ${state} already: there is nothing to resume.`,
    {
      details: { thread_id: threadId, run_id: runId, state },
    },
  );

const readProgress = async ({ storage }: AgentDeps, threadId: string): Promise<AgentProgress> => {
  if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
  const [head] = await storage.runs.unfinished(threadId);
  const [newest] = head ? [head] : await storage.runs.list({ threadId, limit: 1, offset: 0 });
  if (!newest) throw new HoldpointError('run_not_found', `Nothing has run on thread ${threadId} yet.`);
  const { step, nodes } = await readLastStep(storage.checkpoints.reader, threadId);
  const done = newest.state === 'success' ? await storage.threads.values(threadId) : undefined;
  return {
    run: newest,
    steps: step,
    lastStep: nodes,
    result: done?.values ?? null,
    questions: newest.state === 'interrupted' ? await waiting(storage, threadId) : [],
  };
};

const MOST_QUESTIONS = 100;

const waiting = async ({ approvals }: Storage, threadId: string): Promise<Approval[]> =>
  (await approvals.search({ status: 'waiting', threadId, limit: MOST_QUESTIONS, offset: 0 })).items;

const only = (threadId: string, [question, ...others]: Approval[]): Approval => {
  if (question && others.length === 0) return question;
  const problem = question
    ? `${others.length + 1} questions wait on thread ${threadId}: decide each by its id (POST /approvals/{id}/decision).`
    : `Thread ${threadId} waits at a breakpoint, not for an answer.`;
  throw new HoldpointError('invalid_transition', problem, { details: { thread_id: threadId } });
};

interface Deciding {
  input: ResumeAgentInput;
  run: Run;
  question: Approval;
}

const decide = async (
  deps: AgentDeps,
  { input: { answer, context, actor }, run, question }: Deciding,
): Promise<Run> => {
  if (answer === undefined) {
    throw new HoldpointError(
      'invalid_request',
      'answer: a question waits, and nothing goes on without its answer.',
      {
        details: { field: 'answer', approval_id: question.approvalId },
      },
    );
  }
  const { approvalId, payload } = question;
  const { runId } = await deps.decideApproval({
    approvalId,
    verdicts: verdictsFor(readQuestion(JSON.parse(payload)).calls.length, answer),
    additionalContext: context,
    actor,
  });
  return (await deps.storage.runs.get(runId)) ?? run;
};

const WORDS = ['approve', 'reject'] as const;

/** "approve" and "reject" are said to every held call; a list says one thing to each. */
const verdictsFor = (calls: number, answer: unknown): Verdict[] => {
  if (calls === 0) return [{ decision: 'respond', answer }];
  const word = WORDS.find((known) => known === answer);
  if (word !== undefined) return Array.from({ length: calls }, () => ({ decision: word }));
  return Array.isArray(answer) ? answer.map(readVerdict) : [readVerdict(answer)];
};
