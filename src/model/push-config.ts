/** Where an A2A client wants to hear of its task. */
export interface PushConfig {
  /** The run the task began with. */
  taskId: string;
  threadId: string;
  configId: string;
  url: string;
  /** Sent back in a header, by which the receiver knows it. */
  token: string | null;
  authentication: { scheme: string; credentials: string } | null;
  /** The version of the protocol it was asked for in: `1.0` or `0.3`. */
  protocol: string;
  createdAt: string;
}

/** What a client says of it, before its task is there. */
export type NewPushConfig = Omit<PushConfig, 'taskId' | 'threadId' | 'createdAt'>;

/** As it is kept, of the run that its task begins with. */
export const pushConfigOf = (
  { runId, threadId }: { runId: string; threadId: string },
  { createdAt, ...config }: NewPushConfig & { createdAt: string },
): PushConfig => ({ ...config, taskId: runId, threadId, createdAt });
