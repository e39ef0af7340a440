import type { Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import type { Clock } from '../model/clock.ts';
import { Courier } from '../outbound/courier.ts';
import { createSendMail } from '../outbound/mail.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { every, type DueWork } from '../worker/scheduler.ts';

interface OutboundParts {
  storage: Storage;
  clock: Clock;
  settings: Settings;
  log: Logger;
}

const PRUNE_EVERY_MS = 60_000;

/** What brings messages out of the server, and what the scheduler has to do for it. */
export const startCourier = ({ storage, clock, settings, log }: OutboundParts) => {
  const { smtpUrl = '', mailFrom: from } = settings;
  const courier = new Courier({
    storage,
    clock,
    settings,
    userAgent: `holdpoint/${version}`,
    ...(smtpUrl !== '' && { sendMail: createSendMail({ smtpUrl, from }) }),
    onFree: () => storage.signals.publish({ kind: 'due', of: courier.name }),
    log,
  });
  const prune = every(PRUNE_EVERY_MS, 'prune outgoing messages', () =>
    storage.outbound.prune(new Date(clock.now() - settings.outboundRetentionMs).toISOString()),
  );
  return { courier, works: [courier, prune] satisfies DueWork[] };
};
