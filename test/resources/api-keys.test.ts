import { expect, it } from 'vitest';
import { createApiKeys } from '../../src/resources/api-keys.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import { temporaryFolder } from '../support/server.ts';

it('revokes the key of a name that is in force, not one before it that has expired', async () => {
  const storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
  let now = Date.parse('2026-01-01T00:00:00Z');
  const keys = createApiKeys({ storage, clock: { now: () => now } });
  const create = (lifetimeMs?: number) => keys.create({ name: 'ci', scopes: ['admin'], lifetimeMs });
  const expired = (await create(1000)).key;
  now += 1000;
  const { key } = await create();

  expect(await keys.revoke('ci')).toMatchObject({ keyId: key.keyId });
  expect(await keys.list()).toMatchObject([
    { keyId: expired.keyId, revokedAt: null },
    { keyId: key.keyId, revokedAt: new Date(now).toISOString() },
  ]);
  await expect(keys.revoke('ci')).rejects.toMatchObject({ code: 'key_not_found' });
  await storage.close();
});
