import { z } from 'zod';

/** How much of the workers the runs of an assistant may take. */
export const AssistantLimits = z.strictObject({
  max_running: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .meta({ description: 'Runs at work at the same time, over all workers; null: any number' }),
  priority: z
    .int()
    .min(-100)
    .max(100)
    .default(0)
    .meta({ description: 'Where runs wait for a worker, those with a higher priority go first' }),
});

export type AssistantLimits = z.output<typeof AssistantLimits>;
