import { ttlFrom, type ThreadTtl } from '../model/thread.ts';
import type { LifecycleDeps } from './deps.ts';

/** How long a new thread lives for which nothing is said. */
export const defaultTtl = ({
  clock,
  settings,
}: Pick<LifecycleDeps, 'clock' | 'settings'>): ThreadTtl | null =>
  settings.threadTtl ? ttlFrom(clock.now(), settings.threadTtl) : null;
