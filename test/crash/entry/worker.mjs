import { runWorkerProcess } from '../../../dist/worker-process.js';
import { crashAt } from './at.mjs';

/** A worker process as the server starts it, but for what happens at the crash points. Says its process id. */
const { STARTING_TAKES_MS: starting = 0 } = process.env;
const options = JSON.parse(process.argv[2]);
process.stdout.write(`worker process ${process.pid}\n`);
await new Promise((resolve) => setTimeout(resolve, Number(starting)));
await runWorkerProcess(options, crashAt('worker', options.settings.dataDir));
