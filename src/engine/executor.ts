import { AsyncLocalStorage } from 'node:async_hooks';
import type { Command } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import type { EffectBook } from '../model/effect.ts';
import { isUnavailable } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import { RAN_WITH } from '../model/ran-with.ts';
import type { CheckpointPut, CheckpointWriter, RunProgress } from '../storage/checkpoints.ts';
import type { AttemptControl } from './attempt-control.ts';
import { addEvent, isBreakpoint } from './add-event.ts';
import { unlessAborted } from './deadline.ts';
import { attemptConfig } from './attempt-config.ts';
import { AttemptDelivery } from './attempt-delivery.ts';
import { measureAttempt, type AttemptTelemetry } from './attempt-telemetry.ts';
import { neverThrowing, type AttemptResult } from './attempt-result.ts';
import { asksForEnd, endThread } from './end-thread.ts';
import { EFFECT_BOOK, endingAttempt, refusalReason } from './effect-book.ts';
import { createEventSink, FLUSH_MS, type EventSink } from './event-sink.ts';
import { NOTHING_READ, orStorageLost, readFinalState, type FinalState } from './final-state.ts';
import type { AttemptParts, ExecutorDeps } from './executor-deps.ts';
import type { Graph, GraphModule } from './graph-registry.ts';
import { isDone } from './is-done.ts';
import { addFeedback, tracersOf } from './langsmith.ts';
import { loadClaimed, loadSoon } from './load-claimed.ts';
import { AttemptPartials, PARTIAL_OUTPUT } from './partial-output.ts';
import { failureIn, isDatabaseError, outcomeOfError, type RunOutcome } from './outcome.ts';
import { checkpointMetadata, mergeConfig, ranWith, type ClaimedRun } from './run-config.ts';
import { createRunHandle, RUN_HANDLE, type HeldRun } from './run-handle.ts';
import { createRunWatch, type RunWatch } from './run-watch.ts';
import type { CheckpointRef } from '../model/run.ts';
import { restartAt, tupleAt, toolRunsAt } from './attempt-start.ts';
import { NO_PROGRESS, resolveInput } from './run-input.ts';
import { sendClassOf, type SendClass } from './send-class.ts';
import { createStepBegan } from './step-began.ts';
import { streamGraph } from './stream-graph.ts';
import { createToolRunLog, type ToolRunLog } from './tool-run-log.ts';
import { withResources } from './with-resources.ts';
import { createValuesRefs } from './values-refs.ts';

export type { AttemptResult } from './attempt-result.ts';

/** Says which run the code that runs now belongs to: how a watchdog names the run that blocks the process. */
export const currentRun = new AsyncLocalStorage<string>();

/**
 * Runs one attempt of a claimed run to its next stop. Never throws: every end is an outcome. The claim must be
 * in the ledger; nothing this attempt starts can write after it returned.
 */
export const createExecutor = (deps: ExecutorDeps) =>
  neverThrowing((claimed, control) =>
    currentRun.run(claimed.run.runId, () =>
      withResources(deps.graphs, claimed, async (open) =>
        (await beginAttempt({ deps, claimed, control })).execute(open),
      ),
    ),
  );

const beginAttempt = async (parts: AttemptParts): Promise<Attempt> => {
  const { deps, claimed } = parts;
  const { lease, assistant, run } = claimed;
  const { runId } = run;
  const metadata = checkpointMetadata(claimed, mergeConfig(assistant.config, run.kwargs.config));
  const onPut = (put: CheckpointPut): void => attempt.stored(put);
  const writer = await deps.checkpoints.writer({ lease, runId, metadata, onPut, inputIsKept: true });
  const attempt = new Attempt(parts, writer, metadata);
  return attempt;
};

class Attempt {
  readonly #deps: ExecutorDeps;
  readonly #claimed: ClaimedRun;
  readonly #control: AttemptControl;
  readonly #refs = createValuesRefs();
  readonly #writer: CheckpointWriter;
  /** Of the checkpoints to come. */
  readonly #metadata: Record<string, unknown>;
  readonly #sink: EventSink;
  readonly #effects: EffectBook;
  readonly #toolRuns: ToolRunLog;
  readonly #held: HeldRun;
  readonly #measured: AttemptTelemetry;
  readonly #partials: AttemptPartials;
  #watch: RunWatch | undefined;
  #values: unknown;
  #interrupted = false;
  /** A question is among what interrupted it, not only a breakpoint or a stop of a step's own. */
  #asked = false;
  #progressed = false;
  readonly #delivery: AttemptDelivery;

  constructor(
    { deps, claimed, control }: AttemptParts,
    writer: CheckpointWriter,
    metadata: Record<string, unknown>,
  ) {
    const { run, lease } = claimed;
    this.#deps = deps;
    this.#claimed = claimed;
    this.#control = control;
    this.#measured = measureAttempt(deps.telemetry, claimed);
    this.#delivery = new AttemptDelivery(run, metadata);
    this.#writer = writer;
    this.#metadata = metadata;
    const { signal } = control;
    this.#effects = deps.effectsFor({ lease, runId: run.runId, signal, onRefused: endingAttempt(control) });
    this.#toolRuns = createToolRunLog({
      goesOn: run.attempt > 1,
      channel: (put) => toolRunsAt(this.#writer, run.threadId, put),
      stored: () => this.#writer.stored(),
      log: deps.toolRunsTo({ lease, runId: run.runId }),
    });
    const { findArrival, clock } = deps;
    const began = createStepBegan({ saver: writer, threadId: run.threadId, clock });
    this.#held = createRunHandle({ control, resume: run.resume, findArrival, began, clock });
    this.#partials = new AttemptPartials(deps.partials, claimed);
    this.#sink = createEventSink({
      log: deps.events,
      lease,
      runId: run.runId,
      delayMs: run.kwargs.live ? 0 : FLUSH_MS.unread,
      stored: async () => void (await Promise.all([this.#writer.stored(), this.#partials.flush()])),
      onWritten: (lagMs) => {
        deps.notify(run.threadId);
        this.#measured.wrote(lagMs);
      },
      onError: (error) => control.abort(refusalReason(error) ?? 'storage'), // its end is not written either
    });
    control.onFollowed(() => this.#sink.hurry(FLUSH_MS.followed));
  }

  async execute(open: () => Promise<void>): Promise<AttemptResult> {
    const { run } = this.#claimed;
    this.#sink.add('metadata', { run_id: run.runId, attempt: run.attempt });
    let outcome: RunOutcome;
    let graph: Graph | undefined;
    try {
      if (!(await this.#acquire())) return this.#nothingDone({ kind: 'aborted', reason: 'lease_lost' });
      this.#control.signal.throwIfAborted();
      graph = await loadClaimed(this.#deps.graphs, this.#claimed, this.#control.signal);
      await open();
      await this.#beginWatch();
      outcome = await this.#stream(graph);
    } catch (error) {
      outcome = await this.#outcomeOf(error);
    }
    if (!(await isDone(this.#toolRuns.written()))) outcome = this.#givenUp();
    const undone = this.#control.abortReason === 'rollback';
    if (undone) outcome = await this.#forget();
    const { state, ...left } = await orStorageLost(outcome, this.#finalState(graph, outcome));
    if (left.outcome !== outcome) this.#control.abort('storage');
    outcome = left.outcome;
    const stored = await isDone(this.#writer.stored());
    this.#writer.close();
    await this.#partials.end(outcome);
    if (this.#deps.langsmith) await addFeedback(this.#sink, run);
    const failure = failureIn(outcome);
    if (failure) this.#sink.add('error', { error: failure.error, message: failure.message });
    const rest = await this.#sink.takeRest();
    // What is taken up again would do once more what it had told of and could not store.
    const events = stored || outcome.kind !== 'aborted' ? rest : [];
    return { outcome, ...state, events, lastSeq: this.#sink.lastSeq, progressed: this.#progressed };
  }

  /** What it was to write down could not be: it is taken up again. */
  #givenUp(): RunOutcome {
    this.#control.abort('storage');
    return { kind: 'aborted', reason: this.#control.abortReason ?? 'storage' };
  }

  async #beginWatch(): Promise<void> {
    const [sink] = await Promise.all([this.#deps.watchFor(this.#claimed), this.#partials.load()]);
    const onMet = (): void => this.#control.requestDrain('pause');
    this.#watch = sink && createRunWatch(sink, { onMet, onRefused: endingAttempt(this.#control) });
  }

  /** A failure by which a condition is met is held for a person instead. */
  async #outcomeOf(error: unknown): Promise<RunOutcome> {
    if (isUnavailable(error) || (isDatabaseError(error) && !(await isDone(this.#writer.stored()))))
      this.#control.abort('storage');
    const outcome = outcomeOfError(error, this.#control);
    if (outcome.kind !== 'failed' || !(await this.#watch?.holdsFailure(error))) return outcome;
    return { kind: 'drained' };
  }

  async #acquire(): Promise<boolean> {
    try {
      return await this.#deps.acquire(this.#claimed.lease);
    } catch (error) {
      this.#control.abort('storage');
      throw error;
    }
  }

  /** Whatever the run has come to: nothing of it is to be left. */
  async #forget(): Promise<RunOutcome> {
    this.#writer.close();
    try {
      await this.#deps.checkpoints.forgetRun(this.#claimed.run);
      return { kind: 'aborted', reason: 'rollback' };
    } catch {
      return { kind: 'aborted', reason: 'storage' }; // it is taken up again, with the same order
    }
  }

  async #nothingDone(outcome: RunOutcome): Promise<AttemptResult> {
    const events = await this.#sink.takeRest();
    return { outcome, ...NOTHING_READ, events, lastSeq: this.#sink.lastSeq, progressed: false };
  }

  async #stream(graph: Graph): Promise<RunOutcome> {
    const { run, graphId } = this.#claimed;
    const progress = run.attempt === 1 ? NO_PROGRESS : await this.#deps.checkpoints.progress(run);
    if (asksForEnd(run.kwargs.command)) {
      this.#values = await endThread(graph, this.#writer, run.threadId);
      if (run.kwargs.stream_mode.includes('values')) this.#emit('values', this.#values);
      return { kind: 'finished' };
    }
    const module = await this.#deps.graphs.module(graphId);
    this.#metadata[RAN_WITH] = ranWith(this.#claimed, module);
    const project = { graph, module, Send: await sendClassOf(graph, module.file) };
    const { input, fromNamedCheckpoint } = await resolveInput({
      run,
      progress,
      saver: this.#writer,
      dialects: this.#deps.approvalDialects,
      Send: project.Send,
    });
    const at = fromNamedCheckpoint
      ? run.kwargs.checkpoint
      : await restartAt(this.#writer, run, () => this.#progressed);
    await this.#advance(graph, await this.#delivering(project, { input, progress, at }), at);
    if (!this.#interrupted) return { kind: 'finished' };
    if (this.#asked || !this.#held.stopped) return { kind: 'interrupted' };
    const { waits } = this.#held;
    return waits.length > 0 ? { kind: 'waiting', waits } : { kind: 'drained' };
  }

  async #advance(graph: Graph, input: unknown, at: CheckpointRef | null): Promise<void> {
    const config = this.#config();
    Object.assign(config.configurable, at);
    this.#control.signal.throwIfAborted();
    try {
      await streamGraph({
        graph,
        input,
        config,
        kwargs: this.#claimed.run.kwargs,
        onValues: (values) => this.#sawValues(values),
        onEvent: ({ event, payload }) => this.#emit(event, payload),
      });
    } catch (error) {
      const said = this.#control.abortReason === undefined && this.#delivery.takeDue();
      if (!said) throw error;
      await this.#deliverLate(graph, said);
    }
  }

  /** What the attempt starts with, when a resume brought something along. */
  async #delivering(
    project: { graph: Graph; module: GraphModule; Send: SendClass },
    { input, progress, at }: { input: unknown; progress: RunProgress; at: CheckpointRef | null },
  ): Promise<unknown> {
    const { run } = this.#claimed;
    if (!run.resume) return input;
    const start = await tupleAt(this.#writer, run.threadId, at);
    const plan = { ...project, run, start, saver: this.#writer, advanced: progress.advanced };
    return unlessAborted(this.#delivery.begin(plan, input), this.#control.signal);
  }

  /** At a boundary at which a person may speak: LangGraph stopped there, and goes on once it was said. */
  #deliverLate(graph: Graph, said: Command): Promise<void> {
    this.#control.renew();
    if (this.#control.drainRequested) this.#control.boundaryReached();
    return this.#advance(graph, said, null);
  }

  #config() {
    return attemptConfig(this.#claimed, {
      control: this.#control,
      store: this.#deps.storeFor(this.#claimed.lease),
      callbacks: [
        ...this.#partials.callbacks,
        ...(this.#watch?.callbacks ?? []),
        ...(this.#deps.langsmith ? tracersOf(this.#claimed.run) : []),
        ...this.#measured.callbacks,
      ],
      handles: {
        __pregel_checkpointer: this.#writer as BaseCheckpointSaver,
        [EFFECT_BOOK]: this.#effects,
        [PARTIAL_OUTPUT]: this.#partials.before,
        [RUN_HANDLE]: this.#held.handle,
      },
    });
  }

  /** A checkpoint of this attempt is on disk. */
  stored(put: CheckpointPut): void {
    this.#progressed = true;
    this.#refs.stored(put);
    this.#toolRuns.saw(put);
    this.#partials.stored(put.ns);
    if (put.ns !== '') return;
    this.#measured.stored(put);
    if (put.source !== 'loop') return;
    this.#control.boundaryReached();
    if (this.#delivery.reached(put.checkpoint.channel_values['messages']))
      this.#control.run.requestDrain('to deliver what the resume brought');
  }

  /** The last values of the root graph are the state's, but for a question, which comes as values of its own. */
  #sawValues(values: unknown): void {
    if (!isRecord(values) || !('__interrupt__' in values)) {
      this.#values = values;
      return;
    }
    this.#interrupted = true;
    this.#asked ||= Array.isArray(values['__interrupt__']) && values['__interrupt__'].length > 0;
  }

  #emit(event: string, payload: unknown): void {
    if (this.#held.stopped && isBreakpoint(payload)) return; // said when the run rests, if it does
    const ref = event === 'values' || event.startsWith('values|') ? this.#refs.find(payload) : undefined;
    if (ref) this.#sink.addValues(event, ref);
    else addEvent(this.#sink, event, payload);
  }

  #finalState(graph: Graph | undefined, outcome: RunOutcome): Promise<FinalState> {
    return readFinalState(outcome, {
      saver: this.#writer,
      threadId: this.#claimed.run.threadId,
      values: this.#values,
      graph: () => (graph ? Promise.resolve(graph) : loadSoon(this.#deps.graphs, this.#claimed)),
    });
  }
}
