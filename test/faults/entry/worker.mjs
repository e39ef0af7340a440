import { runWorkerProcess } from '../../../dist/worker-process.js';
import { installFaults } from './faulty.mjs';

/** A worker process as the server starts it, with the same faults. */
const options = JSON.parse(process.argv[2]);
installFaults(options.settings.dataDir);
await runWorkerProcess(options);
