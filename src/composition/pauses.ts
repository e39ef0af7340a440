import type { GraphReads } from '../engine/graph-reads.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import { createPauseCheckpoints } from '../engine/pause-checkpoint.ts';
import type { ResumeInspection } from '../engine/resume-inspection.ts';
import type { PauseDeps } from '../http/control/pauses.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createCascade } from '../lifecycle/cascade.ts';
import { createEnforceDrains } from '../lifecycle/enforce-drains.ts';
import { createHeardPause, createHeardWithdrawal } from '../lifecycle/hear-pause.ts';
import { createRequestPause, DRAIN_DEADLINES, type RequestPause } from '../lifecycle/pause-thread.ts';
import { createPreviewResume } from '../lifecycle/preview-resume.ts';
import { createResumeThread } from '../lifecycle/resume-thread.ts';
import { createSecurePause, type SecurePause } from '../lifecycle/secure-pause.ts';
import { createValidateResume, type ResumeCheck } from '../lifecycle/validate-resume.ts';
import { createWithdrawPause } from '../lifecycle/withdraw-pause.ts';
import type { Settings } from '../config/settings.ts';
import type { Workers } from '../worker/workers.ts';
import type { DueWork } from '../worker/scheduler.ts';

/** How a pause is secured in this process. Only a worker runs the graph's own code for it. */
export const pauseSecurer = (
  lifecycle: LifecycleDeps,
  seen: { graphs: Pick<GraphRegistry, 'module'>; reads: Pick<GraphReads, 'now'>; runsCode: boolean },
): SecurePause => {
  const { checkpoints } = lifecycle.storage;
  return createSecurePause({
    ...lifecycle,
    pauseCheckpoints: createPauseCheckpoints({ ...seen, checkpoints }),
  });
};

export interface HeldPauses extends PauseDeps {
  /** The same as `requestPause`, without waiting for the worker to hear of it: for many at once. */
  askPause: RequestPause;
}

interface PauseParts {
  lifecycle: LifecycleDeps;
  graphs: GraphRegistry;
  reads: GraphReads;
  workers: Workers;
  settings: Settings;
  moreChecks?: ResumeCheck[];
}

/** Holds drains to their deadlines. */
export const drainDeadlines = (lifecycle: LifecycleDeps, workers: Workers): DueWork => ({
  name: DRAIN_DEADLINES,
  run: createEnforceDrains({
    ...lifecycle,
    killWorker: (workerId, runId) =>
      workers.kill(workerId, runId, 'the worker did not let go of a step that was to be paused'),
  }),
});

/** The use-cases of pausing and resuming, made by hand. */
export const pauseDeps = ({
  lifecycle,
  graphs,
  reads,
  workers,
  settings,
  moreChecks = [],
}: PauseParts): HeldPauses => {
  const { storage } = lifecycle;
  const securePause = pauseSecurer(lifecycle, { graphs, reads, runsCode: false });
  const validateResume = createValidateResume({
    storage,
    inspectResume: async (input) =>
      (await workers.call('inspectResume', input, settings.callTimeoutMs)) as ResumeInspection,
    codeDrift: settings.codeDrift,
    moreChecks,
  });
  const askPause = createRequestPause({ ...lifecycle, securePause });
  const requestPause = createHeardPause(storage.signals, askPause);
  const resumeThread = createResumeThread({ ...lifecycle, validateResume });
  return {
    publicUrl: settings.publicUrl,
    storage,
    askPause,
    requestPause,
    withdrawPause: createHeardWithdrawal(storage.signals, createWithdrawPause(lifecycle)),
    resumeThread,
    cascade: createCascade({ storage, requestPause, resumeThread }),
    previewResume: createPreviewResume({ ...lifecycle, validateResume }),
  };
};
