import type { Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import type { WorkerKind } from '../model/worker.ts';

/** What a worker of these settings is: it runs the code of this process. */
export const workerKind = ({ concurrency }: Settings): WorkerKind => ({ version, slots: concurrency });
