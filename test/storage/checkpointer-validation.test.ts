import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoints } from '../../src/storage/embedded/checkpointer.ts';
import { validateCheckpoints } from './validation.ts';

/** Undefined: as it is; else even the shortest list is stored apart from its checkpoint. */
for (const sharedFrom of [undefined, { list: 0, item: 0 }])
  validateCheckpoints(() => {
    const dir = mkdtempSync(join(tmpdir(), 'holdpoint-validation-'));
    const path = join(dir, 'cp.db');
    const checkpoints = openCheckpoints({ path, synchronous: 'NORMAL', ...(sharedFrom && { sharedFrom }) });
    return {
      checkpoints,
      discard: async () => {
        await checkpoints.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  });
