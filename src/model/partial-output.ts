/** What a model had said of an answer whose step is not stored (yet). */
export interface PartialMessage {
  node: string | null;
  /** The place in the graph; the same when the step is run again. */
  checkpointNs: string;
  text: string;
}

/** The answers that were under way in the last attempt of a run. */
export interface PartialOutput {
  threadId: string;
  runId: string;
  attempt: number;
  messages: PartialMessage[];
  updatedAt: string;
}
