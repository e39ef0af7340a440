import type { Finding } from '../model/resume-check.ts';

/** What a check can find, in short. */
export const passed = (detail: string | null = null): Finding => ({ status: 'passed', detail });

export const failed = (detail: string, facts?: Finding['facts']): Finding => ({
  status: 'failed',
  detail,
  ...(facts && { facts }),
});

export const skipped = (detail: string): Finding => ({ status: 'skipped', detail });
