import { z } from 'zod';
import { fewOf } from '../../model/few-of.ts';
import { THREAD_SORT_FIELDS } from '../../model/thread.ts';
import { THREAD_STATUSES } from '../../model/wire-status.ts';
import { MOST_LISTED, MOST_ORDERED } from '../bounds.ts';
import { CommandBody, given, Ids, JsonObjectBody, MetadataFilter, Paging, Uuid } from '../schemas.ts';

/** A century. */
const MAX_MINUTES = 52_560_000;

/** How long a thread, or all but its latest checkpoint, lives from now, in minutes. */
const Ttl = z
  .union([
    z.number().positive().max(MAX_MINUTES),
    z.looseObject({
      ttl: z.number().positive().max(MAX_MINUTES),
      strategy: given(z.enum(['delete', 'keep_latest'])),
    }),
  ])
  .transform((ttl) =>
    typeof ttl === 'number'
      ? { strategy: 'delete' as const, minutes: ttl }
      : { strategy: ttl.strategy ?? ('delete' as const), minutes: ttl.ttl },
  );

const Superstep = z.looseObject({
  updates: z
    .array(
      z.looseObject({
        values: z.unknown().optional(),
        command: given(CommandBody),
        as_node: z.string().min(1),
      }),
    )
    .min(1)
    .max(MOST_ORDERED),
});

export const ThreadCreate = z
  .looseObject({
    thread_id: given(Uuid),
    metadata: given(JsonObjectBody),
    if_exists: given(z.enum(['raise', 'do_nothing'])),
    supersteps: given(z.array(Superstep).max(MOST_ORDERED)),
    ttl: given(Ttl),
  })
  .prefault({});

export const ThreadPatchBody = z.looseObject({ metadata: JsonObjectBody.nullish(), ttl: Ttl.nullish() });

const Filter = {
  ids: Ids,
  metadata: MetadataFilter,
  values: MetadataFilter,
  status: z.enum(THREAD_STATUSES).nullish(),
};

export const ThreadFilterBody = z.looseObject(Filter).prefault({});

const MAX_EXTRACTED = 20;

export const threadSearchBody = <T extends string>(fields: readonly [T, ...T[]]) =>
  z
    .looseObject({
      ...Filter,
      ...Paging,
      sort_by: z.enum(THREAD_SORT_FIELDS).nullish(),
      sort_order: z.enum(['asc', 'desc']).nullish(),
      select: z.array(z.enum(fields)).max(MOST_LISTED).nullish(),
      extract: given(fewOf(z.string().max(200), MAX_EXTRACTED)).meta({
        description: 'Paths into the thread, such as values.messages[-1].content, by name',
      }),
    })
    .prefault({});

export const PruneBody = z.looseObject({
  thread_ids: z.array(Uuid).min(1).max(MOST_LISTED),
  strategy: given(z.enum(['delete', 'keep_latest'])),
});
