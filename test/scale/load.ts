import type { Client } from '@langchain/langgraph-sdk';
import type { Effect } from '../crash/graphs/effects.ts';
import type { ApiNode, Cluster } from './cluster.ts';

/** How many steps each run of the load has, and how long one takes. */
export const STEPS = 6;
const STEP_MS = 150;

export interface Load {
  /** Threads whose run was acknowledged. */
  accepted: Map<string, string>;
  /** Launches no more; resolves when the last launch was answered or refused. */
  stop(): Promise<void>;
}

/** Launches runs, one after the other and several at once, at whichever API node answers, until it is stopped. */
export const startLoad = (apis: () => ApiNode[], width: number): Load => {
  const accepted = new Map<string, string>();
  let stopped = false;
  const lane = async (number: number): Promise<void> => {
    for (let turn = number; !stopped; turn++) {
      const api = apis()[turn % apis().length];
      const run = api && (await launchOn(api.client).catch(() => undefined));
      if (run) accepted.set(run.threadId, run.runId);
      await new Promise((resolve) => setTimeout(resolve, run ? STEP_MS * STEPS : 100));
    }
  };
  const lanes = Array.from({ length: width }, (_, number) => lane(number));
  return {
    accepted,
    stop: async () => {
      stopped = true;
      await Promise.all(lanes);
    },
  };
};

const launchOn = async (client: Client): Promise<{ threadId: string; runId: string }> => {
  const threadId = crypto.randomUUID();
  const { run_id: runId } = await client.runs.create(threadId, 'payments', {
    input: { steps: STEPS, ms: STEP_MS },
    ifNotExists: 'create',
  });
  return { threadId, runId };
};

/** What became of the accepted runs; everything is as it should be when each list is empty. */
export interface Verdict {
  lost: string[];
  forked: string[];
  stepsMissing: string[];
  /** Payments that were made twice. */
  twice: string[];
  /** Processes that ended by themselves. */
  crashed: string[];
  acceptedRuns: number;
  repeatedSteps: number;
}

/** How many of the accepted runs have not ended. */
export const countOpen = async (cluster: Cluster, { accepted }: Load): Promise<number> => {
  const [row] = await cluster.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM runs WHERE run_id = ANY($1) AND state IN ('pending', 'running', 'pausing')`,
    [[...accepted.values()]],
  );
  return row?.open ?? 0;
};

/** Waits for every accepted run to end, unless a process has crashed. */
export const untilEnded = async (cluster: Cluster, load: Load): Promise<void> => {
  while ((await countOpen(cluster, load)) > 0 && cluster.crashed.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 250));
};

/** Looks at what each accepted run has left, once it has ended. */
export const judge = async (cluster: Cluster, load: Load): Promise<Verdict> => {
  const { accepted } = load;
  const ids = [...accepted.values()];
  await untilEnded(cluster, load);
  const runs = await cluster.query<{ run_id: string; thread_id: string; state: string }>(
    'SELECT run_id, thread_id, state FROM runs WHERE run_id = ANY($1)',
    [ids],
  );
  const values = await cluster.query<{ thread_id: string; values_json: string }>(
    'SELECT thread_id, values_json FROM thread_values WHERE thread_id = ANY($1)',
    [[...accepted.keys()]],
  );
  const forks = await cluster.query<{ thread_id: string }>(
    `SELECT thread_id FROM checkpoints WHERE thread_id = ANY($1) AND checkpoint_ns = ''
     GROUP BY thread_id, parent_checkpoint_id HAVING count(*) > 1`,
    [[...accepted.keys()]],
  );
  const trail = JSON.stringify(Array.from({ length: STEPS }, (_, i) => `step-${i + 1}`));
  const effects = cluster.effects().filter(({ threadId }) => accepted.has(threadId));
  const ended = new Map(runs.map((run) => [run.run_id, run.state]));
  const shown = new Map(values.map((row) => [row.thread_id, row.values_json]));
  return {
    lost: ids.filter((id) => ended.get(id) !== 'success').map((id) => `${id} is ${ended.get(id) ?? 'gone'}`),
    forked: forks.map((row) => row.thread_id),
    stepsMissing: [...accepted.keys()].filter((thread) => {
      const { trail: of } = JSON.parse(shown.get(thread) ?? '{}') as { trail?: string[] };
      return JSON.stringify(of) !== trail;
    }),
    twice: madeTwice(effects),
    crashed: cluster.crashed,
    acceptedRuns: ids.length,
    repeatedSteps: effects.filter(({ what }) => what.startsWith('step-')).length - ids.length * STEPS,
  };
};

/** What every fault must come to. */
export const NOTHING_LOST = { lost: [], forked: [], stepsMissing: [], twice: [], crashed: [] };

const madeTwice = (effects: Effect[]): string[] => {
  const paid = effects
    .filter(({ what }) => what.startsWith('paid '))
    .map((of) => `${of.threadId} ${of.what}`);
  const seen = new Set<string>();
  return paid.filter((key) => seen.size === seen.add(key).size);
};
