import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { isRecord } from '../model/json.ts';
import type { Attributes, Span, Tracing } from '../telemetry/tracing.ts';

type Handler<K extends keyof BaseCallbackHandler> = NonNullable<BaseCallbackHandler[K]>;

interface StepSpansOptions {
  tracing: Tracing;
  /** The attempt, of which they are part. */
  parent: string | undefined;
  attributes: Attributes;
}

interface Call {
  /** The call's own span, or the one around it. */
  span: Span | undefined;
  own: boolean;
}

/** Traces the nodes, tools and models of one attempt. */
export class StepSpans extends BaseCallbackHandler {
  readonly name = 'holdpoint-spans';
  readonly #options: StepSpansOptions;
  /** By the id of the call. */
  readonly #calls = new Map<string, Call>();

  constructor(options: StepSpansOptions) {
    super({ _awaitHandler: true });
    this.#options = options;
  }

  /** Its types say that the name comes before the parent's id; what is called says the reverse. */
  override handleChainStart: Handler<'handleChainStart'> = (...[, , runId, , , metadata, ...names]) => {
    const node: unknown = metadata?.['langgraph_node'];
    const around = this.#around(names);
    if (typeof node === 'string' && names.includes(node)) {
      const step: unknown = metadata?.['langgraph_step'];
      const attributes = {
        'holdpoint.node': node,
        ...(typeof step === 'number' && { 'holdpoint.step': step }),
      };
      this.#open(runId, { name: `node ${node}`, around, attributes });
    } else this.#calls.set(runId, { span: around, own: false });
  };

  override handleChainEnd: Handler<'handleChainEnd'> = (_outputs, runId) => this.#close(runId);

  override handleChainError: Handler<'handleChainError'> = (error, runId) => this.#close(runId, error);

  override handleToolStart: Handler<'handleToolStart'> = (...[tool, , runId, parentId, , , name]) => {
    const called = name ?? tool.id.at(-1) ?? 'unknown';
    const attributes = { 'holdpoint.tool': called };
    this.#open(runId, { name: `tool ${called}`, around: this.#around([parentId]), attributes });
  };

  override handleToolEnd: Handler<'handleToolEnd'> = (_output, runId) => this.#close(runId);

  override handleToolError: Handler<'handleToolError'> = (error, runId) => this.#close(runId, error);

  override handleChatModelStart: Handler<'handleChatModelStart'> = (
    ...[, , runId, parentId, , , metadata]
  ) => {
    const model: unknown = metadata?.['ls_model_name'];
    const called = typeof model === 'string' ? model : 'unknown';
    const attributes = { 'gen_ai.request.model': called };
    this.#open(runId, { name: `model ${called}`, around: this.#around([parentId]), attributes });
  };

  override handleLLMEnd: Handler<'handleLLMEnd'> = (_output, runId) => this.#close(runId);

  override handleLLMError: Handler<'handleLLMError'> = (error, runId) => this.#close(runId, error);

  #around(ids: unknown[]): Span | undefined {
    return ids.map((id) => this.#calls.get(String(id))).find((call) => call !== undefined)?.span;
  }

  #open(
    runId: string,
    { name, around, attributes }: { name: string; around: Span | undefined; attributes: Attributes },
  ): void {
    const { tracing, parent, attributes: own } = this.#options;
    const span = tracing.start({
      name,
      kind: 'internal',
      parent: around?.traceparent ?? parent,
      attributes: { ...own, ...attributes },
    });
    this.#calls.set(runId, { span, own: true });
  }

  #close(runId: string, error?: unknown): void {
    const call = this.#calls.get(runId);
    this.#calls.delete(runId);
    if (call?.own) call.span?.end(isQuestion(error) ? undefined : error);
  }
}

/** Questions, drains and commands to a parent travel as errors and are none. */
const isQuestion = (error: unknown): boolean => isRecord(error) && error['is_bubble_up'] === true;
