import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status?: { code?: number; message?: string };
}

interface Sent {
  resourceSpans: { resource: { attributes: SentSpan['attributes'] }; scopeSpans: { spans: SentSpan[] }[] }[];
}

const spans: (SentSpan & { process: unknown; service: unknown })[] = [];
let collector: Server;
let server: ServerUnderTest;
let heard = (): void => {};

const valueOf = (attributes: SentSpan['attributes'], key: string): unknown =>
  Object.values(attributes.find((attribute) => attribute.key === key)?.value ?? {})[0];

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans) {
        const process = valueOf(resource.attributes, 'holdpoint.process');
        const service = valueOf(resource.attributes, 'service.name');
        spans.push(
          ...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, process, service }))),
        );
      }
      response.setHeader('content-type', 'application/json').end('{}');
      heard();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => collector.once('listening', resolve));
  const { port } = collector.address() as AddressInfo;
  server = await startServerProcess({
    config: builtGraphs('scale'),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
});
afterAll(async () => {
  await server.kill();
  collector.close();
});

/** Resolves with what was sent once it holds `all` of the trace. */
const sent = async (traceId: string, all: (names: string[]) => boolean) => {
  for (;;) {
    const found = spans.filter((span) => span.traceId === traceId);
    if (all(found.map(({ name }) => name))) return found;
    await new Promise<void>((resolve) => (heard = resolve));
  }
};

const wait = async (traceparent: string, graph: string, input: object) => {
  const { thread_id: threadId } = await server.client.threads.create();
  const response = await fetch(`${server.url}/threads/${threadId}/runs/wait`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent },
    body: JSON.stringify({ assistant_id: graph, input }),
  });
  await response.text();
  return response.headers.get('content-location')?.split('/').at(-1) ?? '';
};

it("traces a run from the caller's own trace through API, queue and worker to its steps", async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const runId = await wait(`00-${traceId}-00f067aa0ba902b7-01`, 'steps', { steps: 3 });
  const path = 'POST /threads/:thread_id/runs/wait';
  const found = await sent(traceId, (names) => names.includes('run steps') && names.includes(path));
  const only = (name: string) => {
    const [span, ...more] = found.filter((each) => each.name === name);
    expect(more).toEqual([]);
    return span!;
  };
  const [request, queue, run] = [only(path), only('queue'), only('run steps')];
  expect(request).toMatchObject({ parentSpanId: '00f067aa0ba902b7', process: 'api', service: 'holdpoint' });
  expect(queue).toMatchObject({ parentSpanId: request.spanId, process: 'worker' });
  expect(run).toMatchObject({ parentSpanId: queue.spanId, process: 'worker' });
  const steps = found.filter(({ name }) => name === 'node step');
  expect(steps.map(({ parentSpanId }) => parentSpanId)).toEqual([run.spanId, run.spanId, run.spanId]);
  for (const span of [request, queue, run, ...steps])
    expect(valueOf(span.attributes, 'holdpoint.run_id')).toBe(runId);
  expect(valueOf(run.attributes, 'holdpoint.outcome')).toBe('finished');
  for (const span of found)
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
});

it('traces the run of a decision in the trace of the request that decided', async () => {
  const [asked, decided] = ['c'.repeat(32), 'd'.repeat(32)];
  const asking = await wait(`00-${asked}-00f067aa0ba902b7-01`, 'gate', {});
  const waiting = await (await fetch(`${server.url}/approvals`)).json();
  const question = (waiting as { id: string; run_id: string }[]).find(({ run_id: id }) => id === asking);
  const response = await fetch(`${server.url}/approvals/${question?.id}/decision`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${decided}-00f067aa0ba902b7-01` },
    body: JSON.stringify({ decision: 'respond', message: 'yes' }),
  });
  expect(response.status).toBe(200);
  const { run_id: runId } = (await response.json()) as { run_id: string };
  const path = 'POST /approvals/:approval_id/decision';
  const found = await sent(decided, (names) => names.includes('run gate') && names.includes(path));
  const request = found.find(({ name }) => name === path);
  expect(found.find(({ name }) => name === 'queue')).toMatchObject({ parentSpanId: request?.spanId });
  expect(valueOf(request?.attributes ?? [], 'holdpoint.run_id')).toBe(runId);
});

it('says of a run that failed that it did, and why, but not of one that asks', async () => {
  const [failed, asked] = ['a'.repeat(32), 'b'.repeat(32)];
  await wait(`00-${failed}-00f067aa0ba902b7-01`, 'trouble', { what: 'throw' });
  await wait(`00-${asked}-00f067aa0ba902b7-01`, 'gate', {});
  const run = (await sent(failed, (names) => names.includes('run trouble'))).find(
    ({ name }) => name === 'run trouble',
  );
  expect(run?.status).toMatchObject({ code: 2 });
  const spansOfQuestion = await sent(asked, (names) => names.includes('run gate'));
  expect(spansOfQuestion.map(({ status }) => status?.code ?? 0).filter((code) => code === 2)).toEqual([]);
});

it('counts what happens in every process for /metrics', async () => {
  const value = async (line: RegExp) => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(line.exec(text)?.[1] ?? 0);
  };
  const before = await value(/^holdpoint_claims_total\{graph="steps"\} (\d+)$/m);
  for await (const _event of server.client.runs.stream(null, 'steps', { input: { steps: 2 } })); // as they come
  while ((await value(/^holdpoint_claims_total\{graph="steps"\} (\d+)$/m)) <= before)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await value(/^holdpoint_step_seconds_count\{graph="steps"\} (\d+)$/m)).toBeGreaterThanOrEqual(2);
  expect(await value(/^holdpoint_queue_wait_seconds_count (\d+)$/m)).toBeGreaterThanOrEqual(1);
  expect(await value(/^holdpoint_event_lag_seconds_count (\d+)$/m)).toBeGreaterThanOrEqual(1);
  expect(
    await value(/^holdpoint_attempts_ended_total\{graph="steps",state="success"\} (\d+)$/m),
  ).toBeGreaterThanOrEqual(1);
  const { thread_id: threadId } = await server.client.threads.create();
  await server.client.runs.wait(threadId, 'gate', { input: {} });
  await server.client.runs.wait(threadId, 'gate', { command: { resume: 'yes' } });
  expect(await value(/^holdpoint_decisions_total\{kind="answer",via="wire"\} (\d+)$/m)).toBe(1);
});
