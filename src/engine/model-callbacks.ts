import type { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { CallbackManager, CallbackManagerForChainRun } from '@langchain/core/callbacks/manager';

/** What LangGraph is given as `callbacks`: the handlers hear all that they want to, and nothing is done for what none wants. */
export const callbacksOf = (handlers: BaseCallbackHandler[]): BaseCallbackHandler[] | CallbackManager => {
  const [first] = handlers;
  return first && handlers.length === 1 && hearsModelsAlone(first) ? new ModelCallbacks(first) : handlers;
};

/** `ignoreAgent` is LangChain's word for tools, too. */
const hearsModelsAlone = (handler: BaseCallbackHandler): boolean =>
  handler.ignoreChain && handler.ignoreAgent && handler.ignoreRetriever && handler.ignoreCustomEvent;

type Args<K extends 'copy' | 'addHandler' | 'addTags' | 'addMetadata' | 'handleChainStart'> = Parameters<
  CallbackManager[K]
>;

/**
 * The callbacks of a run to which nobody listens but one handler that hears of models alone. LangChain makes, copies and asks
 * a manager for each chain, which makes a step without a model a quarter dearer; such a handler is told nothing of chains, so
 * for them nothing is done but to hand it on. From where another handler joins it (a stream's, a tracer's, one
 * of the graph's own), all goes LangChain's way.
 */
export class ModelCallbacks extends CallbackManager {
  readonly #handler: BaseCallbackHandler;
  /** What is to be said to a model, or to a handler that joins: seldom anybody asks. */
  #described: (() => void)[] | undefined = [];

  constructor(handler: BaseCallbackHandler) {
    super(undefined, { handlers: [handler], inheritableHandlers: [handler] });
    this.#handler = handler;
  }

  override copy(...args: Args<'copy'>): CallbackManager {
    if (this.#described && !args[0]?.length) return new ModelCallbacks(this.#handler);
    this.#describe();
    return super.copy(...args);
  }

  override addHandler(...args: Args<'addHandler'>): void {
    this.#describe();
    super.addHandler(...args);
  }

  override addTags(...args: Args<'addTags'>): void {
    if (this.#described) this.#described.push(() => super.addTags(...args));
    else super.addTags(...args);
  }

  override addMetadata(...args: Args<'addMetadata'>): void {
    if (this.#described) this.#described.push(() => super.addMetadata(...args));
    else super.addMetadata(...args);
  }

  override handleChainStart(...args: Args<'handleChainStart'>): Promise<CallbackManagerForChainRun> {
    if (!this.#described) return super.handleChainStart(...args);
    return Promise.resolve(new UnheardChain(this.#handler, args[2]));
  }

  override handleChatModelStart(...args: Parameters<CallbackManager['handleChatModelStart']>) {
    this.#describe();
    return super.handleChatModelStart(...args);
  }

  #describe(): void {
    const described = this.#described ?? [];
    this.#described = undefined;
    for (const add of described) add();
  }
}

/** A chain of whose start and end nobody hears. */
class UnheardChain extends CallbackManagerForChainRun {
  readonly #handler: BaseCallbackHandler;

  constructor(handler: BaseCallbackHandler, runId = '') {
    super(runId, [], [], [], [], {}, {});
    this.#handler = handler;
  }

  override getChild(): CallbackManager {
    return new ModelCallbacks(this.#handler);
  }
}
