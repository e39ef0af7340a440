import { z } from 'zod';
import { isChannel } from '../../model/subscription.ts';
import { MOST_LISTED } from '../bounds.ts';

const Fields = z.record(z.string(), z.unknown());

/** A command of protocol v2, whatever it asks. */
export const CommandEnvelope = z.looseObject({
  id: z.int().min(0),
  method: z.string().min(1),
  params: Fields.nullish().transform((params) => params ?? {}),
});

export type ProtocolCommand = z.output<typeof CommandEnvelope>;

const Namespace = z.array(z.string()).max(MOST_LISTED);

/** What a subscriber wants to hear. */
export const SubscriptionBody = z.looseObject({
  channels: z
    .array(z.string().refine(isChannel, 'is no channel of this server'))
    .min(1, 'name at least one channel')
    .max(MOST_LISTED),
  namespaces: z.array(Namespace).max(MOST_LISTED).nullish(),
  depth: z.int().min(0).nullish(),
  since: z.int().min(0).nullish(),
});

/** What `run.start` needs of its own; the rest is what every run takes. */
export const RunStartParams = z.looseObject({
  assistant_id: z.string().min(1, 'run.start needs an assistant_id'),
  multitaskStrategy: z.string().nullish(),
  multitask_strategy: z.string().nullish(),
});

const Answer = z.looseObject({ interrupt_id: z.string().min(1), response: z.unknown() });

/** One answer, or several at once. */
export const RespondParams = z.union([
  z.looseObject({ responses: z.array(Answer).min(1, 'give at least one response').max(MOST_LISTED) }),
  Answer,
]);

export const StateGetParams = z.looseObject({
  namespace: Namespace.nullish(),
  keys: z.array(z.string()).max(MOST_LISTED).nullish(),
});

export const UnsubscribeParams = z.looseObject({ subscription_id: z.string().min(1) });
