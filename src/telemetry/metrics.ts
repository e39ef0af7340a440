import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { talliedMetrics, type TalliedMetric } from './tallied.ts';
import type { Labels, TallyLine } from './tally.ts';

/** What this server counts, in Prometheus' terms. */
export interface Metrics {
  requests: Counter<'method' | 'route' | 'status'>;
  requestSeconds: Histogram<'method' | 'route'>;
  /** The text Prometheus reads. */
  text(): Promise<string>;
  /** The same, metric by metric. */
  json(): Promise<object[]>;
}

export interface MetricsOptions {
  countRuns: () => Promise<Partial<Record<string, number>>>;
  workers: () => Promise<{ ready: boolean }[]>;
  /** How many runs wait for a worker, and for how long the one at the head has. */
  queue?: () => Promise<{ waiting: number; oldestMs: number }>;
  /** What all processes have counted. */
  tallied?: () => Promise<TallyLine[]>;
}

export const createMetrics = ({ countRuns, workers, queue, tallied }: MetricsOptions): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'holdpoint_runs',
    help: 'Runs by state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const [state, count] of Object.entries(await countRuns())) this.set({ state }, count ?? 0);
    },
  });
  new Gauge({
    name: 'holdpoint_workers_ready',
    help: 'Worker processes that take runs',
    registers,
    async collect() {
      this.set((await workers()).filter(({ ready }) => ready).length);
    },
  });
  if (queue) countQueue(registry, queue);
  return {
    requests: new Counter({
      name: 'holdpoint_http_requests_total',
      help: 'HTTP requests',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'holdpoint_http_request_seconds',
      help: 'Time to the end of the answer',
      labelNames: ['method', 'route'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    text: async () => (await registry.metrics()) + (await tallies(tallied)).map(asText).join(''),
    json: async () => [...(await registry.getMetricsAsJSON()), ...(await tallies(tallied))],
  };
};

const countQueue = (registry: Registry, queue: NonNullable<MetricsOptions['queue']>): void => {
  new Gauge({
    name: 'holdpoint_queue_runs',
    help: 'Runs that wait for a worker',
    registers: [registry],
    async collect() {
      this.set((await queue()).waiting);
    },
  });
  new Gauge({
    name: 'holdpoint_queue_oldest_seconds',
    help: 'How long the run at the head of the queue has waited',
    registers: [registry],
    async collect() {
      this.set((await queue()).oldestMs / 1000);
    },
  });
};

const tallies = async (tallied: MetricsOptions['tallied']): Promise<TalliedMetric[]> =>
  tallied ? talliedMetrics(await tallied()) : [];

const asText = ({ name, help, type, values }: TalliedMetric): string => {
  const lines = values.map(
    ({ metricName, labels, value }) => `${metricName ?? name}${labelsAsText(labels)} ${value}\n`,
  );
  return `\n# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
};

const labelsAsText = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
