/** What is counted over all processes, by the names Prometheus reads. */
export const COUNTERS = {
  claims: { name: 'holdpoint_claims_total', help: 'Runs that a worker took' },
  ended: { name: 'holdpoint_attempts_ended_total', help: 'Attempts that ended, by what the run came to' },
  leasesLost: { name: 'holdpoint_leases_lost_total', help: 'Threads taken back from a worker that was lost' },
  fencesRefused: {
    name: 'holdpoint_fences_refused_total',
    help: 'Attempts whose writes were refused because their thread had a new owner',
  },
  pauses: { name: 'holdpoint_pauses_total', help: 'Pauses, by what asked for them' },
  decisions: {
    name: 'holdpoint_decisions_total',
    help: 'Questions decided, by the way and the kind of decision',
  },
} as const;

/** Times, in seconds. */
export const TIMES = {
  queueWait: { name: 'holdpoint_queue_wait_seconds', help: 'From when a run could be taken until it was' },
  step: { name: 'holdpoint_step_seconds', help: 'Supersteps of a graph, until their end was stored' },
  eventLag: {
    name: 'holdpoint_event_lag_seconds',
    help: 'From when an event happened until it could be read',
  },
} as const;

/** Upper bounds of the buckets; what is longer is in none but +Inf. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export type Labels = Record<string, string>;

/** How much was added to one line of what Prometheus reads. `labels` is JSON with its keys in order. */
export interface TallyLine {
  name: string;
  labels: string;
  value: number;
}

/** Counts what happens in one process, until it is put with what all others counted. */
export interface Tally {
  count(what: keyof typeof COUNTERS, labels?: Labels, by?: number): void;
  time(what: keyof typeof TIMES, ms: number, labels?: Labels): void;
  /** What was counted since the last taking. */
  take(): TallyLine[];
  /** Puts back what could not be put anywhere. */
  putBack(lines: TallyLine[]): void;
}

export const createTally = (): Tally => {
  let lines = new Map<string, TallyLine>();
  const add = ({ name, labels, value }: TallyLine): void => {
    const key = `${name} ${labels}`;
    const known = lines.get(key);
    if (known) known.value += value;
    else lines.set(key, { name, labels, value });
  };
  return {
    count: (what, labels = {}, by = 1) =>
      add({ name: COUNTERS[what].name, labels: toText(labels), value: by }),
    time: (what, ms, labels = {}) => {
      const { name } = TIMES[what];
      const seconds = Math.max(0, ms) / 1000;
      const le = BUCKETS.find((bound) => seconds <= bound);
      add({ name: `${name}_bucket`, labels: toText({ ...labels, le: String(le ?? '+Inf') }), value: 1 });
      add({ name: `${name}_sum`, labels: toText(labels), value: seconds });
    },
    take: () => {
      const taken = [...lines.values()];
      lines = new Map();
      return taken;
    },
    putBack: (taken) => taken.forEach(add),
  };
};

const toText = (labels: Labels): string =>
  JSON.stringify(Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))));
