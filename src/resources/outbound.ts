import type { Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { OutboundMessage } from '../model/outbound.ts';
import type { OutboundStore, Page, Storage } from '../storage/ports.ts';

export type OutboundQuery = Parameters<OutboundStore['list']>[0];

/** What has left the server, is about to, or could not. */
export interface Outbound {
  list(query: OutboundQuery): Promise<Page<OutboundMessage>>;
  /** @throws {HoldpointError} `outbound_not_found`. */
  get(outboundId: string): Promise<OutboundMessage>;
  /**
   * Sends a failed message again, with all its attempts before it.
   * @throws {HoldpointError} `outbound_not_found`; `invalid_transition` when it has not failed.
   */
  retry(outboundId: string): Promise<OutboundMessage>;
}

export const createOutbound = ({ storage, clock }: { storage: Storage; clock: Clock }): Outbound => {
  const get = async (outboundId: string): Promise<OutboundMessage> => {
    const message = await storage.outbound.get(outboundId);
    if (!message) {
      throw new HoldpointError('outbound_not_found', `No outgoing message has the id ${outboundId}.`, {
        details: { outbound_id: outboundId },
      });
    }
    return message;
  };
  return {
    list: (query) => storage.outbound.list(query),
    get,
    retry: async (outboundId) => {
      const retried = await storage.transaction((ledger) => ledger.outbound.retry(outboundId, clock.now()));
      const message = await get(outboundId);
      if (!retried) {
        throw new HoldpointError(
          'invalid_transition',
          `Message ${outboundId} is ${message.status}: only a failed one can be sent again.`,
          { details: { outbound_id: outboundId, state: message.status } },
        );
      }
      storage.signals.publish({ kind: 'due' });
      return message;
    },
  };
};
