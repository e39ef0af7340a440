export type Attributes = Record<string, string | number | boolean>;

export interface SpanStart {
  name: string;
  kind: 'server' | 'consumer' | 'internal';
  /** The span it is part of, in another process or this one, as the header `traceparent` says it. */
  parent?: string | undefined;
  /** When it began (ms since the epoch); now, when absent. */
  at?: number;
  attributes?: Attributes;
}

/** A stretch of work that OpenTelemetry is told of. */
export interface Span {
  /** By which others say that they are part of it. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** With an error it has failed. */
  end(error?: unknown): void;
}

/** Tells OpenTelemetry what is done and for how long. Where nothing listens there is none of it. */
export interface Tracing {
  start(span: SpanStart): Span;
  /** Runs `work` so that what other libraries trace in it is part of the span. */
  within<T>(span: Span, work: () => T): T;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/** Loads the libraries only where traces are wanted. `who` names this process in the traces. */
export const openTracing = async (wanted: boolean, who: Attributes): Promise<Tracing | undefined> =>
  wanted ? (await import('./open-telemetry.ts')).createTracing(who) : undefined;
