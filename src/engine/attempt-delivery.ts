import type { Command } from '@langchain/langgraph';
import type { Run } from '../model/run.ts';
import {
  DELIVERED,
  maySpeak,
  planDelivery,
  toDeliveryCommand,
  type Delivered,
  type PlanInput,
} from './resume-delivery.ts';

/** Brings what a resume says to one attempt: at its start, and at the first boundary at which the rest may be said. */
export class AttemptDelivery {
  readonly #resume: Run['resume'];
  readonly #metadata: Record<string, unknown>;
  #rest: Delivered | undefined;
  #due = false;

  /** `metadata` is that of the checkpoints to come. */
  constructor({ resume }: Pick<Run, 'resume'>, metadata: Record<string, unknown>) {
    this.#resume = resume;
    this.#metadata = metadata;
  }

  /** What the attempt starts with: its input, when the resume brings nothing that is said now. */
  async begin(plan: PlanInput, input: unknown): Promise<unknown> {
    const { now, rest } = await planDelivery(plan);
    this.#rest = rest;
    if (!rest) this.#metadata[DELIVERED] = this.#resume?.at;
    return now ? toDeliveryCommand(now) : input;
  }

  /** The graph stands at a boundary with these messages: whether it is to stop there, to be told the rest. */
  reached(messages: unknown): boolean {
    this.#due ||= this.#rest !== undefined && maySpeak(messages);
    return this.#due;
  }

  /** The rest, once a boundary for it was reached. */
  takeDue(): Command | undefined {
    if (!this.#due || !this.#rest) return undefined;
    const command = toDeliveryCommand(this.#rest);
    [this.#rest, this.#due] = [undefined, false];
    this.#metadata[DELIVERED] = this.#resume?.at;
    return command;
  }
}
