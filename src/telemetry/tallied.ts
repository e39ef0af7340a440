import { BUCKETS, COUNTERS, TIMES, type Labels, type TallyLine } from './tally.ts';

/** A metric as Prometheus reads it. */
export interface TalliedMetric {
  name: string;
  help: string;
  type: 'counter' | 'histogram';
  values: { metricName?: string; labels: Labels; value: number }[];
}

/** What all processes counted, metric by metric; those that nothing was counted for too. */
export const talliedMetrics = (lines: TallyLine[]): TalliedMetric[] => {
  const read = lines.map(({ name, labels, value }) => ({
    name,
    value,
    labels: JSON.parse(labels) as Labels,
  }));
  const of = (name: string) => read.filter((line) => line.name === name);
  return [
    ...Object.values(COUNTERS).map(({ name, help }) => ({
      name,
      help,
      type: 'counter' as const,
      values: of(name).map(({ labels, value }) => ({ labels, value })),
    })),
    ...Object.values(TIMES).map(({ name, help }) => ({
      name,
      help,
      type: 'histogram' as const,
      values: of(`${name}_sum`).flatMap((sum) => buckets(name, sum, of(`${name}_bucket`))),
    })),
  ];
};

interface Line {
  labels: Labels;
  value: number;
}

/** Each bucket counts what is in the smaller ones too; +Inf counts all. */
const buckets = (name: string, sum: Line, lines: Line[]): TalliedMetric['values'] => {
  const own = lines.filter(({ labels: { le: _le, ...rest } }) => same(rest, sum.labels));
  let count = 0;
  const values = [...BUCKETS.map(String), '+Inf'].map((le) => {
    count += own.find(({ labels }) => labels['le'] === le)?.value ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...sum.labels, le }, value: count };
  });
  return [
    ...values,
    { metricName: `${name}_sum`, labels: sum.labels, value: sum.value },
    { metricName: `${name}_count`, labels: sum.labels, value: count },
  ];
};

const same = (a: Labels, b: Labels): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);
