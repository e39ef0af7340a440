import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';

describe('a setting that is a time', () => {
  it('is at most what a timer can wait for, with the grace that is added', () => {
    expect(readSettings({ HOLDPOINT_CALL_TIMEOUT_MS: '2147000000' }).callTimeoutMs).toBe(2_147_000_000);
    expect(() => readSettings({ HOLDPOINT_CALL_TIMEOUT_MS: '3000000000' })).toThrow(
      /^Setting HOLDPOINT_CALL_TIMEOUT_MS=3000000000: .*<=2147000000/,
    );
    expect(() => readSettings({}, { heartbeatMs: '3000000000' })).toThrow(/<=2147000000/);
  });

  it('for which something is kept may be longer, and still names a time', () => {
    expect(readSettings({ HOLDPOINT_EVENT_RETENTION_MS: '3000000000' }).eventRetentionMs).toBe(3e9);
    expect(() => readSettings({ HOLDPOINT_EVENT_RETENTION_MS: '9000000000000000' })).toThrow(/Too big/);
  });
});
