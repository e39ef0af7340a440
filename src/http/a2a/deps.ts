import type { CancelRunInput } from '../../lifecycle/cancel-run.ts';
import type { DecideApprovalInput } from '../../lifecycle/decide-approval.ts';
import type { RequestPause } from '../../lifecycle/pause-thread.ts';
import type { ResumeThread } from '../../lifecycle/resume-thread.ts';
import type { Pause } from '../../model/pause.ts';
import type { PushConfig } from '../../model/push-config.ts';
import type { Run } from '../../model/run.ts';
import type { Tasks } from '../../resources/tasks.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { PlatformDeps } from '../platform/deps.ts';

/** What A2A is made of: the use-cases of the wire and of the control surface. */
export interface A2aDeps extends Pick<
  PlatformDeps,
  | 'assistants'
  | 'threads'
  | 'launchRun'
  | 'awaitRun'
  | 'followRun'
  | 'runResult'
  | 'newId'
  | 'heartbeatMs'
  | 'version'
> {
  tasks: Tasks;
  cancelRun: (input: CancelRunInput) => Promise<Run>;
  decideApproval: (input: DecideApprovalInput) => Promise<unknown>;
  requestPause: RequestPause;
  resumeThread: ResumeThread;
  pauseOf: (run: Run) => Promise<Pause | undefined>;
  pushConfigs: {
    put(config: PushConfig): Promise<void>;
    get(taskId: string, configId: string): Promise<PushConfig | undefined>;
    ofTask(taskId: string): Promise<PushConfig[]>;
    remove(taskId: string, configId: string): Promise<boolean>;
  };
  now: () => number;
  log: Logger;
}
