import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { PartialMessage } from '../model/partial-output.ts';
import type { PartialStore } from '../storage/ports.ts';
import type { RunOutcome } from './outcome.ts';
import type { ClaimedRun } from './run-config.ts';

/** Where, in `configurable`, `partialOutput` of the gates looks for what an attempt before had begun to say. */
export const PARTIAL_OUTPUT = '__holdpoint_partial';

/** Ends after which what was being said is of no use: it is in the state, or the step is over without it. */
const SAID: ReadonlySet<RunOutcome['kind']> = new Set(['finished', 'interrupted', 'waiting', 'drained']);

/**
 * Keeps what models have said of answers whose steps are not stored, for the case that the attempt is cut. It is on disk
 * before anybody is shown it: `flush` comes before each batch of events.
 */
export class AttemptPartials {
  readonly callbacks: BaseCallbackHandler[];
  /** What an earlier attempt of this run had begun to say, once it is loaded. */
  before: PartialMessage[] = [];
  readonly #store: PartialStore;
  readonly #claimed: ClaimedRun;
  /** By place in the graph: an answer that is tried again replaces the one before. */
  readonly #messages = new Map<string, PartialMessage>();
  #changed = false;
  #kept = false;
  /** One write after the other: of two at once the older could come last. */
  #saving: Promise<void> = Promise.resolve();

  constructor(store: PartialStore, claimed: ClaimedRun) {
    this.#store = store;
    this.#claimed = claimed;
    this.callbacks = [
      new TokenHandler((message) => {
        this.#messages.set(message.checkpointNs, message);
        this.#changed = true;
      }),
    ];
  }

  async load(): Promise<void> {
    const kept = await this.#store.get(this.#claimed.run.threadId);
    this.#kept = kept !== undefined;
    if (kept?.runId === this.#claimed.run.runId) this.before = kept.messages;
  }

  /** A checkpoint of this namespace was stored: what was said before it is in it, or was dropped. */
  stored(ns: string): void {
    for (const place of this.#messages.keys())
      if (ns === '' || place.startsWith(`${ns}|`)) this.#messages.delete(place);
    this.#changed = this.#changed || (this.#kept && ns === '');
  }

  /** Resolves when what was said until now is on disk. */
  flush(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const messages = [...this.#messages.values()];
    if (messages.length === 0 && !this.#kept) return;
    this.#kept = messages.length > 0;
    const { run, lease } = this.#claimed;
    const { threadId, runId, attempt } = run;
    const updatedAt = new Date().toISOString();
    await this.#store.save({ threadId, runId, attempt, messages, updatedAt }, lease);
  }

  /** To be called before the attempt lets go of its thread. What cannot be written is of no account. */
  async end({ kind }: RunOutcome): Promise<void> {
    if (SAID.has(kind)) this.stored('');
    await this.flush().catch(() => undefined);
  }
}

type Handler<K extends keyof BaseCallbackHandler> = NonNullable<BaseCallbackHandler[K]>;

class TokenHandler extends BaseCallbackHandler {
  readonly name = 'holdpoint-partial-output';
  override readonly ignoreChain = true;
  override readonly ignoreAgent = true;
  override readonly ignoreRetriever = true;
  override readonly ignoreCustomEvent = true;
  readonly #onText: (message: PartialMessage) => void;
  /** By the id of the model's call. */
  readonly #calls = new Map<string, PartialMessage>();

  constructor(onText: (message: PartialMessage) => void) {
    super({ _awaitHandler: true });
    this.#onText = onText;
  }

  override handleChatModelStart: Handler<'handleChatModelStart'> = (...[, , runId, , , , metadata]) => {
    const { langgraph_node: node, langgraph_checkpoint_ns: ns } = metadata ?? {};
    if (typeof ns !== 'string') return;
    this.#calls.set(runId, { node: typeof node === 'string' ? node : null, checkpointNs: ns, text: '' });
  };

  override handleLLMNewToken: Handler<'handleLLMNewToken'> = (token, _place, runId) => {
    const call = this.#calls.get(runId);
    if (call === undefined || token === '') return;
    call.text += token;
    this.#onText({ ...call });
  };

  override handleLLMEnd: Handler<'handleLLMEnd'> = (_output, runId) => {
    this.#calls.delete(runId);
  };

  override handleLLMError: Handler<'handleLLMError'> = (_error, runId) => {
    this.#calls.delete(runId);
  };
}
