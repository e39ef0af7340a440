import { Counter, Gauge, Histogram, Registry } from 'prom-client';

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
}

export const createMetrics = ({ countRuns, workers }: MetricsOptions): Metrics => {
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
    text: () => registry.metrics(),
    json: () => registry.getMetricsAsJSON(),
  };
};
