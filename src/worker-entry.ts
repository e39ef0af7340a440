import { runWorkerProcess, type WorkerProcessOptions } from './worker-process.ts';

await runWorkerProcess(JSON.parse(process.argv[2] ?? '{}') as WorkerProcessOptions);
