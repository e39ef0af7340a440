import { expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createTally } from '../../src/telemetry/tally.ts';

const metricsOf = (...tallies: ReturnType<typeof createTally>[]) =>
  createMetrics({
    countRuns: () => Promise.resolve({}),
    workers: () => Promise.resolve([]),
    tallied: () => Promise.resolve(tallies.flatMap((tally) => tally.take())),
  });

it('says what was counted as Prometheus reads it, with its labels', async () => {
  const tally = createTally();
  tally.count('claims', { graph: 'a "b"\\\n' });
  tally.count('claims', { graph: 'a "b"\\\n' }, 2);
  tally.count('fencesRefused');
  const text = await metricsOf(tally).text();
  expect(text).toContain('# TYPE holdpoint_claims_total counter\n');
  expect(text).toContain('holdpoint_claims_total{graph="a \\"b\\"\\\\\\n"} 3\n');
  expect(text).toContain('holdpoint_fences_refused_total 1\n');
});

it('says times in buckets that count what is in the smaller ones too', async () => {
  const tally = createTally();
  for (const ms of [1, 7, 7, 1000, 1_000_000]) tally.time('step', ms, { graph: 'g' });
  const text = await metricsOf(tally).text();
  const lines = text.split('\n').filter((line) => line.startsWith('holdpoint_step_seconds'));
  expect(lines).toContain('holdpoint_step_seconds_bucket{graph="g",le="0.005"} 1');
  expect(lines).toContain('holdpoint_step_seconds_bucket{graph="g",le="0.01"} 3');
  expect(lines).toContain('holdpoint_step_seconds_bucket{graph="g",le="1"} 4');
  expect(lines).toContain('holdpoint_step_seconds_bucket{graph="g",le="300"} 4');
  expect(lines).toContain('holdpoint_step_seconds_bucket{graph="g",le="+Inf"} 5');
  expect(lines).toContain('holdpoint_step_seconds_count{graph="g"} 5');
  expect(lines).toContain('holdpoint_step_seconds_sum{graph="g"} 1001.015');
});

it('forgets what was taken, unless it is put back', () => {
  const tally = createTally();
  tally.count('claims');
  const taken = tally.take();
  expect(tally.take()).toEqual([]);
  tally.count('claims', {}, 2);
  tally.putBack(taken);
  expect(tally.take()).toEqual([{ name: 'holdpoint_claims_total', labels: '{}', value: 3 }]);
});
