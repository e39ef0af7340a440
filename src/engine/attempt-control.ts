import { RunControl } from '@langchain/langgraph';

/** Why an attempt was told to stop at once. */
export type AbortReason = 'cancel' | 'stop' | 'lease_lost' | 'timeout' | 'shutdown' | 'storage';

/** The levers on one running attempt. */
export interface AttemptControl {
  /** LangGraph's own control: a drain asked of it ends the run before its next superstep. */
  readonly run: RunControl;
  readonly signal: AbortSignal;
  readonly abortReason: AbortReason | undefined;
  /** Stops at once, in the middle of a step. The first reason stays. */
  abort(reason: AbortReason): void;
  /**
   * Asks to stop at the end of the superstep in flight. The request is handed to LangGraph only at the
   * boundary of the root graph, when nothing of the step runs any more: a sub-agent inside a tool never
   * sees it, so no tool node can take it for the tool's error.
   */
  requestDrain(): void;
  /** To be called when the root graph has stored the checkpoint of a superstep. */
  boundaryReached(): void;
}

export const createAttemptControl = (): AttemptControl => {
  const run = new RunControl();
  const controller = new AbortController();
  let abortReason: AbortReason | undefined;
  let drainRequested = false;
  return {
    run,
    signal: controller.signal,
    get abortReason() {
      return abortReason;
    },
    abort: (reason) => {
      abortReason ??= reason;
      controller.abort(new Error(`the run was aborted: ${abortReason}`));
    },
    requestDrain: () => {
      drainRequested = true;
    },
    boundaryReached: () => {
      if (drainRequested) run.requestDrain();
    },
  };
};
