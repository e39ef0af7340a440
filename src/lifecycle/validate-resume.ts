import type { InspectResume, ResumeInspection } from '../engine/resume-inspection.ts';
import type { Assistant } from '../model/assistant.ts';
import type { BudgetCaps, Pause } from '../model/pause.ts';
import type { CheckResult, Finding } from '../model/resume-check.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import type { LeftWith } from './left-with.ts';
import { RESUME_CHECKS } from './resume-checks.ts';

/** What is asked of a resume, as far as its checks are concerned. */
export interface ResumeAsk {
  run: Run;
  /** The pause it rests in, or rested in when it was stopped; undefined for one that was stopped while it ran. */
  pause: Pause | undefined;
  /** What it rests with. */
  left: LeftWith;
  assistant: Assistant | undefined;
  onDrift: 'refuse' | 'accept' | 'migrate';
  force: boolean;
  /** What it may spend from now on, where that is more than its assistant says. */
  budget: BudgetCaps;
  /** An earlier checkpoint to go on from. */
  fromCheckpointId: string | null;
  /** It brings context, data or a command along. */
  instructs: boolean;
}

/** What the checks look at. */
export interface ResumeFacts extends ResumeAsk {
  storage: Storage;
  /** Asks a worker about the graph's code, once; rejects when the graph cannot be loaded or no worker answers. */
  inspect: () => Promise<ResumeInspection>;
  codeDrift: 'refuse' | 'warn';
}

export interface ResumeCheck {
  name: string;
  /** Whether `force` can overrule it. What makes a resume impossible, or is another's decision, it cannot. */
  forceable: boolean;
  look: (facts: ResumeFacts) => Promise<Finding | Finding[]>;
}

export interface ValidateResumeDeps {
  storage: Storage;
  /** To be done in a worker: it runs code of the graph. */
  inspectResume: (input: InspectResume) => Promise<ResumeInspection>;
  codeDrift: 'refuse' | 'warn';
  /** Further checks: effects in doubt, wider scopes. They come after the resources. */
  moreChecks?: ResumeCheck[];
}

export type ValidateResume = (ask: ResumeAsk) => Promise<CheckResult[]>;

/** Looks at everything a resume rests on, in order, and changes nothing. All checks are made, whatever each finds. */
export const createValidateResume = (deps: ValidateResumeDeps): ValidateResume => {
  const checks = RESUME_CHECKS.flatMap((check) =>
    check.name === 'thread_owned' ? [...(deps.moreChecks ?? []), check] : [check],
  );
  return async (ask) => {
    const facts: ResumeFacts = {
      ...ask,
      storage: deps.storage,
      codeDrift: deps.codeDrift,
      inspect: once(deps, ask),
    };
    const results: CheckResult[] = [];
    for (const check of checks) results.push(...(await lookAt(check, facts)));
    return results;
  };
};

/** What stands in the way. */
export const failedChecks = (results: CheckResult[]): CheckResult[] =>
  results.filter(({ status }) => status === 'failed');

const once = (
  { inspectResume }: ValidateResumeDeps,
  { run, left, assistant, fromCheckpointId }: ResumeAsk,
): (() => Promise<ResumeInspection>) => {
  let asked: Promise<ResumeInspection> | undefined;
  return () =>
    (asked ??= inspectResume({
      graphId: assistant?.graphId ?? '',
      threadId: run.threadId,
      runId: run.runId,
      checkpointId: fromCheckpointId,
      next: left.next,
      before: left.code,
    }));
};

const lookAt = async (check: ResumeCheck, facts: ResumeFacts): Promise<CheckResult[]> => {
  const begun = performance.now();
  const found = await check.look(facts).catch((error: unknown): Finding => ({
    status: 'failed',
    detail: error instanceof Error ? error.message : String(error),
  }));
  const durationMs = Math.round((performance.now() - begun) * 10) / 10;
  const forced = facts.force && check.forceable;
  return [found].flat().map((finding) => ({
    name: check.name,
    ...finding,
    status: forced && finding.status === 'failed' ? 'forced' : finding.status,
    durationMs,
  }));
};
