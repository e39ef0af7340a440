import { fileURLToPath } from 'node:url';
import { serve } from '../../support/serve.mjs';
import { installFaults } from './faulty.mjs';

/** The faults that files in the data folder name. */
await serve(({ dataDir }) => {
  installFaults(dataDir);
  return { workerEntry: fileURLToPath(new URL('worker.mjs', import.meta.url)) };
});
