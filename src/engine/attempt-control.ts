import { RunControl } from '@langchain/langgraph';

/** Why an attempt was told to stop at once. */
export type AbortReason =
  'cancel' | 'rollback' | 'stop' | 'pause' | 'lease_lost' | 'timeout' | 'shutdown' | 'storage';

/** Who wants the run at rest: an operator, or the worker that goes. */
export type DrainReason = 'pause' | 'shutdown';

/** The levers on one running attempt. */
export interface AttemptControl {
  /** LangGraph's own control: a drain asked of it ends the run before its next superstep. */
  readonly run: RunControl;
  /** Another control, for LangGraph to go on within the attempt: one that drained stays so. */
  renew(): void;
  readonly signal: AbortSignal;
  readonly abortReason: AbortReason | undefined;
  /** Stops at once, in the middle of a step. The first reason stays. */
  abort(reason: AbortReason): void;
  /**
   * Asks to stop at the end of the superstep in flight. The request is handed to LangGraph only at the
   * boundary of the root graph, when nothing of the step runs any more: a sub-agent inside a tool never
   * sees it, so no tool node can take it for the tool's error.
   */
  requestDrain(why: DrainReason): void;
  /** Takes the request back, unless a boundary was reached since: then the run drains all the same. */
  withdrawDrain(why: DrainReason): void;
  /** Whether a drain was asked for, though the boundary may be far. */
  readonly drainRequested: boolean;
  /** To be called when the root graph has stored the checkpoint of a superstep. */
  boundaryReached(): void;
  /** To be called when it is heard that somebody reads the run's events as they come. */
  follow(): void;
  /** `listener` is called once somebody does; at once if somebody does already. */
  onFollowed(listener: () => void): void;
}

export const createAttemptControl = (): AttemptControl => {
  let run = new RunControl();
  const controller = new AbortController();
  let abortReason: AbortReason | undefined;
  const drains = new Set<DrainReason>();
  let followed = false;
  let hear = (): void => {};
  return {
    get run() {
      return run;
    },
    renew: () => {
      run = new RunControl();
    },
    signal: controller.signal,
    get abortReason() {
      return abortReason;
    },
    abort: (reason) => {
      abortReason ??= reason;
      controller.abort(new Error(`the run was aborted: ${abortReason}`));
    },
    get drainRequested() {
      return drains.size > 0;
    },
    requestDrain: (why) => void drains.add(why),
    withdrawDrain: (why) => void drains.delete(why),
    boundaryReached: () => {
      if (drains.size > 0) run.requestDrain([...drains].join());
    },
    follow: () => {
      followed = true;
      hear();
    },
    onFollowed: (listener) => {
      hear = listener;
      if (followed) listener();
    },
  };
};
