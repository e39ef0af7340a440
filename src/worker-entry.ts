import { isHoldpointError } from './model/errors.ts';
import { runWorkerProcess, type WorkerProcessOptions } from './worker-process.ts';
import { sayLastWords } from './worker/last-words.ts';

try {
  await runWorkerProcess(JSON.parse(process.argv[2] ?? '{}') as WorkerProcessOptions);
} catch (error) {
  if (!isHoldpointError(error)) throw error;
  sayLastWords({ what: `a worker cannot start: ${error.message}`, runId: null, stack: [] });
  process.exit(1);
}
