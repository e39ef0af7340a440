import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { LLMResult } from '@langchain/core/outputs';
import { isRecord } from '../model/json.ts';
import type { StepFailure, TokenUse } from '../model/pause-conditions.ts';
import { messageOf } from './outcome.ts';

/** Told of what a run spends and of what fails in it. Each answers whether a condition to pause the run is met by it. */
export interface WatchSink {
  spent(use: TokenUse): Promise<boolean>;
  failed(failure: StepFailure): Promise<boolean>;
}

/** Watches one attempt from the inside. */
export interface RunWatch {
  callbacks: BaseCallbackHandler[];
  /** The attempt is about to fail with this: answers whether it is to be paused instead. */
  holdsFailure(error: unknown): Promise<boolean>;
}

interface Told {
  /** A condition is met; called before the step goes on. */
  onMet: () => void;
  /** The sink could not write down what it was told. */
  onRefused: (error: unknown) => void;
}

export const createRunWatch = (to: WatchSink, { onMet, onRefused }: Told): RunWatch => {
  const sink = telling(to, onRefused);
  const failures = new Failures(sink, onMet);
  return {
    callbacks: [new WatchHandler(sink, { failures, onMet })],
    holdsFailure: async (error) => {
      const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
      for (const one of errors) await failures.count('the run', one);
      return failures.met;
    },
  };
};

/** LangChain swallows what its handlers throw: what was not written down is told by itself. */
const telling = (sink: WatchSink, onRefused: (error: unknown) => void): WatchSink => {
  const told = async (work: Promise<boolean>): Promise<boolean> => {
    try {
      return await work;
    } catch (error) {
      onRefused(error);
      throw error;
    }
  };
  return { spent: (use) => told(sink.spent(use)), failed: (failure) => told(sink.failed(failure)) };
};

/** Counts each error once, however many hear of it on its way up. */
class Failures {
  readonly #sink: WatchSink;
  readonly #onMet: () => void;
  readonly #counted = new WeakSet<object>();
  met = false;

  constructor(sink: WatchSink, onMet: () => void) {
    this.#sink = sink;
    this.#onMet = onMet;
  }

  async count(what: string, error: unknown): Promise<void> {
    if (isOrdinaryEnd(error)) return;
    if (typeof error === 'object' && error !== null) {
      if (this.#counted.has(error)) return;
      this.#counted.add(error);
    }
    if (!(await this.#sink.failed({ what, error: messageOf(error) }))) return;
    this.met = true;
    this.#onMet();
  }
}

/** Questions, drains and commands to a parent travel as errors and are none; nor is what an abort leaves behind. */
const isOrdinaryEnd = (error: unknown): boolean =>
  isRecord(error) && (error['is_bubble_up'] === true || error['name'] === 'AbortError');

type Handler<K extends keyof BaseCallbackHandler> = NonNullable<BaseCallbackHandler[K]>;

class WatchHandler extends BaseCallbackHandler {
  readonly name = 'holdpoint-watch';
  readonly #sink: WatchSink;
  readonly #failures: Failures;
  readonly #onMet: () => void;
  /** Names of the nodes, tools and models at work, by the id of their call. */
  readonly #names = new Map<string, string>();

  constructor(sink: WatchSink, { failures, onMet }: { failures: Failures; onMet: () => void }) {
    super({ _awaitHandler: true });
    this.#sink = sink;
    this.#failures = failures;
    this.#onMet = onMet;
  }

  /** Its types say that the name comes before the parent's id; what is called says the reverse. */
  override handleChainStart: Handler<'handleChainStart'> = (...[, , runId, , , metadata, ...names]) => {
    const node: unknown = metadata?.['langgraph_node'];
    if (typeof node === 'string' && names.includes(node)) this.#names.set(runId, `node "${node}"`);
  };

  override handleChainEnd: Handler<'handleChainEnd'> = (_outputs, runId) => {
    this.#names.delete(runId);
  };

  override handleChainError: Handler<'handleChainError'> = (error, runId) => this.#failed(error, runId);

  override handleToolStart: Handler<'handleToolStart'> = (...[tool, , runId, , , , name]) => {
    this.#names.set(runId, `tool "${name ?? tool.id.at(-1) ?? ''}"`);
  };

  override handleToolEnd: Handler<'handleToolEnd'> = (_output, runId) => {
    this.#names.delete(runId);
  };

  override handleToolError: Handler<'handleToolError'> = (error, runId) => this.#failed(error, runId);

  override handleChatModelStart: Handler<'handleChatModelStart'> = (...[, , runId, , , , metadata]) => {
    const model: unknown = metadata?.['ls_model_name'];
    if (typeof model === 'string') this.#names.set(runId, model);
  };

  override handleLLMError: Handler<'handleLLMError'> = (_error, runId) => {
    this.#names.delete(runId);
  };

  override handleLLMEnd: Handler<'handleLLMEnd'> = async (output, runId) => {
    const asked = this.#names.get(runId);
    this.#names.delete(runId);
    const use = useOf(output, asked ?? null);
    if (use && (await this.#sink.spent(use))) this.#onMet();
  };

  async #failed(error: unknown, runId: string): Promise<void> {
    const what = this.#names.get(runId);
    this.#names.delete(runId);
    if (what !== undefined) await this.#failures.count(what, error);
  }
}

const countOf = (fields: unknown, ...names: string[]): number => {
  if (!isRecord(fields)) return 0;
  return Number(names.map((name) => fields[name]).find((value) => typeof value === 'number') ?? 0);
};

/** What a call of a model took, as its message says, or else as its provider does. */
const useOf = ({ generations, llmOutput }: LLMResult, asked: string | null): TokenUse | undefined => {
  const messages = generations
    .flat()
    .map((generation) => ('message' in generation ? generation.message : undefined));
  const message: unknown = messages.find((one) => isRecord(one) && isRecord(one['usage_metadata']));
  const said = isRecord(message) ? message : {};
  const usage = said['usage_metadata'] ?? llmOutput?.['tokenUsage'];
  const inputTokens = countOf(usage, 'input_tokens', 'promptTokens');
  const outputTokens = countOf(usage, 'output_tokens', 'completionTokens');
  if (inputTokens + outputTokens === 0) return undefined;
  const details = isRecord(said['response_metadata']) ? said['response_metadata'] : {};
  const named = [details['model_name'], details['model'], asked].find((name) => typeof name === 'string');
  return { model: (named as string | undefined) ?? null, inputTokens, outputTokens };
};
