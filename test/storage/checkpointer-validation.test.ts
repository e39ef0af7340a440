import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoints } from '../../src/storage/embedded/checkpointer.ts';
import { validateCheckpoints } from './validation.ts';

validateCheckpoints(() => {
  const dir = mkdtempSync(join(tmpdir(), 'holdpoint-validation-'));
  const checkpoints = openCheckpoints({ path: join(dir, 'cp.db'), synchronous: 'NORMAL' });
  return {
    checkpoints,
    discard: async () => {
      await checkpoints.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
