import { isoTime, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { NotificationTarget, TargetChannel, TargetEvent } from '../model/notification-target.ts';
import { parseDestination } from '../model/outbound.ts';
import type { Page, Storage } from '../storage/ports.ts';
import type { Assistants } from './assistants.ts';

interface NewTarget {
  assistantId?: string | undefined;
  channel: TargetChannel;
  address: string;
  events: TargetEvent[];
  actor: string;
}

/** Who is told of what waits, pauses, is refused or stopped. */
export interface NotificationTargets {
  /** @throws {HoldpointError} `assistant_not_found`; `invalid_request` for an address to which nothing can be sent. */
  create(input: NewTarget): Promise<NotificationTarget>;
  list(query: {
    assistantId?: string | undefined;
    limit: number;
    offset: number;
  }): Promise<Page<NotificationTarget>>;
  /** @throws {HoldpointError} `target_not_found`. */
  get(targetId: string): Promise<NotificationTarget>;
  /** @throws {HoldpointError} `target_not_found`. */
  remove(targetId: string): Promise<void>;
}

interface TargetDeps {
  storage: Storage;
  assistants: Pick<Assistants, 'find'>;
  clock: Clock;
  newId: () => string;
}

export const createNotificationTargets = ({
  storage,
  assistants,
  clock,
  newId,
}: TargetDeps): NotificationTargets => ({
  create: async ({ assistantId, channel, address, events, actor }) => {
    checkAddress(channel, address);
    const assistant = assistantId === undefined ? undefined : await assistants.find(assistantId);
    const target: NotificationTarget = {
      targetId: newId(),
      assistantId: assistant?.assistantId ?? null,
      channel,
      address,
      events: [...new Set(events)],
      createdBy: actor,
      createdAt: isoTime(clock),
    };
    await storage.transaction((ledger) => ledger.targets.insert(target));
    return target;
  },
  list: async ({ assistantId, ...page }) => {
    const assistant = assistantId === undefined ? undefined : await assistants.find(assistantId);
    return storage.targets.list({ assistantId: assistant?.assistantId, ...page });
  },
  get: async (targetId) => {
    const target = await storage.targets.get(targetId);
    if (!target) throw targetNotFound(targetId);
    return target;
  },
  remove: async (targetId) => {
    if (!(await storage.transaction((ledger) => ledger.targets.remove(targetId))))
      throw targetNotFound(targetId);
  },
});

const MAIL_ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+$/;

const checkAddress = (channel: TargetChannel, address: string): void => {
  if (channel !== 'email') parseDestination(address, 'address');
  else if (!MAIL_ADDRESS.test(address))
    throw new HoldpointError('invalid_request', 'address: is no mail address', {
      details: { field: 'address' },
    });
};

const targetNotFound = (targetId: string): HoldpointError =>
  new HoldpointError('target_not_found', `No notification target has the id ${targetId}.`, {
    details: { target_id: targetId },
  });
