import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Attributes, Span, SpanStart, Tracing } from './tracing.ts';

const KINDS = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const satisfies Record<SpanStart['kind'], SpanKind>;

/** Traces by OTLP over HTTP, as the standard `OTEL_*` variables say. */
export const createTracing = (who: Attributes): Tracing => {
  const provider = new NodeTracerProvider({
    // What the environment says of the service goes before what we say.
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'holdpoint', ...who }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tracer = provider.getTracer('holdpoint');
  const spans = new WeakMap<Span, OtelSpan>();
  return {
    start: ({ name, kind, parent, at, attributes = {} }) => {
      const made = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, ...(at !== undefined && { startTime: at }) },
        contextOf(parent),
      );
      const span = wrap(made);
      spans.set(span, made);
      return span;
    },
    within: (span, work) => {
      const made = spans.get(span);
      return made ? context.with(trace.setSpan(ROOT_CONTEXT, made), work) : work();
    },
    close: () => provider.shutdown().catch(() => {}),
  };
};

const wrap = (made: OtelSpan): Span => {
  const { traceId, spanId, traceFlags } = made.spanContext();
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    set: (attributes) => void made.setAttributes(attributes),
    rename: (name) => void made.updateName(name),
    end: (error) => {
      if (error !== undefined) {
        const message = error instanceof Error ? error.message : JSON.stringify(error);
        made.recordException(error instanceof Error ? error : message);
        made.setStatus({ code: SpanStatusCode.ERROR, message });
      }
      made.end();
    },
  };
};

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** What is no `traceparent` begins a trace of its own. */
const contextOf = (parent: string | undefined): Context => {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(parent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};
