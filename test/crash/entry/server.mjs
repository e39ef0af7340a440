import { fileURLToPath } from 'node:url';
import { serve } from '../../support/serve.mjs';
import { crashAt } from './at.mjs';

/** What happens at the crash points of the API and its workers. */
await serve(({ dataDir }) => ({
  at: crashAt('api', dataDir),
  workerEntry: fileURLToPath(new URL('worker.mjs', import.meta.url)),
}));
