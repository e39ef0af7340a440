import type { CheckResult } from '../model/resume-check.ts';
import type { LifecycleDeps } from './deps.ts';
import { whatIsAsked, withDefaults, type ResumeThreadInput } from './resume-thread.ts';
import type { ValidateResume } from './validate-resume.ts';

export type PreviewResume = (input: ResumeThreadInput) => Promise<CheckResult[]>;

/**
 * What a resume that is asked for like this would find. Nothing changes and nothing is written down; a moment later it
 * may find something else.
 * @throws {HoldpointError} `thread_not_found`; `invalid_transition` when nothing is paused.
 */
export const createPreviewResume =
  (deps: LifecycleDeps & { validateResume: ValidateResume }): PreviewResume =>
  async (input) =>
    deps.validateResume(await whatIsAsked(deps, withDefaults(input)));
