import { codeChanges } from '../engine/fingerprint.ts';
import { configInForce } from '../engine/pause-checkpoint.ts';
import type { ResumeInspection } from '../engine/resume-inspection.ts';
import { checkpointIntact } from './checkpoint-check.ts';
import { capReached, capsOf } from '../model/pause-conditions.ts';
import type { Finding } from '../model/resume-check.ts';
import { configDrift } from './config-drift.ts';
import { failed, passed, skipped } from './findings.ts';
import type { ResumeCheck, ResumeFacts } from './validate-resume.ts';

/** The record of the pause was read back when it was written. */
const recordVerified = async ({ pause, fromCheckpointId }: ResumeFacts): Promise<Finding> => {
  if (!pause?.checkpoint) return skipped('there is no pause record: the latest checkpoint is looked at');
  if (fromCheckpointId !== null) return skipped('another checkpoint was named');
  if (pause.verified) return passed();
  return failed(
    'the pause checkpoint could not be read back when it was written: name one in from_checkpoint_id, or force',
  );
};

const graphExists = async ({ assistant, inspect }: ResumeFacts): Promise<Finding> => {
  if (!assistant) return failed('the assistant of the run was deleted');
  await inspect();
  return passed();
};

/** Without a worker's word the later checks have nothing to look at; `graph_exists` says why. */
const inspected = async (
  { inspect }: ResumeFacts,
  look: (inspection: ResumeInspection) => Finding | Finding[],
): Promise<Finding | Finding[]> => {
  const inspection = await inspect().catch(() => undefined);
  return inspection ? look(inspection) : skipped('the graph could not be inspected');
};

const codeSame = (facts: ResumeFacts): Promise<Finding | Finding[]> =>
  inspected(facts, ({ code, migration }) => {
    const { code: before, since } = facts.left;
    if (!before) return skipped(`the code before ${since} is not known`);
    if (before.sha256 === code.sha256) return passed();
    const changes = 'files' in before ? codeChanges(before, code) : [];
    const named = changes.length > 0 ? `: ${changes.join(', ')}` : '';
    const detail = `the graph's code changed since ${since}${named}`;
    const found = { changes, paused: before.sha256, now: code.sha256 };
    if (facts.onDrift === 'accept') return { status: 'accepted', detail, facts: found };
    if (migration?.error != null) return failed(`${detail}; its migration failed: ${migration.error}`, found);
    if (migration)
      return { status: 'migrated', detail: `${detail}; migrated ${migration.path.join(', ')}`, facts: found };
    if (facts.codeDrift === 'warn') return { status: 'warning', detail, facts: found };
    return failed(`${detail}. Register a migration, or resume with on_drift "accept".`, found);
  });

const nextNodes = (facts: ResumeFacts): Promise<Finding | Finding[]> =>
  inspected(facts, ({ missingNodes, migration }) => {
    if (missingNodes.length === 0) return passed();
    const detail = `the graph has no node ${missingNodes.map((name) => `"${name}"`).join(', ')} any more`;
    if (migration?.error === null) return { status: 'migrated', detail };
    return failed(detail, { nodes: missingNodes });
  });

const configSame = async ({ run, left, assistant, onDrift }: ResumeFacts): Promise<Finding> => {
  const { config, since } = left;
  if (!config || !assistant) return skipped(`the configuration before ${since} is not known`);
  const diff = configDrift(config, configInForce(run, assistant));
  if (diff.length === 0) return passed();
  const detail = `the configuration changed since ${since}: ${diff.map(({ field }) => field).join(', ')}`;
  if (onDrift === 'accept') return { status: 'accepted', detail, facts: { diff } };
  return failed(`${detail}. Resume with on_drift "accept" to take what is in force now.`, { diff });
};

const resourcesUp = (facts: ResumeFacts): Promise<Finding | Finding[]> =>
  inspected(facts, ({ resources }) => {
    if (resources.length === 0) return passed('the graph declares none');
    return resources.map(({ resource, error, ms }) =>
      error === null
        ? { status: 'passed', detail: null, facts: { resource, ms } }
        : failed(`${resource}: ${error}`, { resource, ms }),
    );
  });

const threadFree = async ({ run, storage }: ResumeFacts): Promise<Finding> => {
  const thread = await storage.threads.get(run.threadId);
  return thread?.leaseToken ? failed('somebody holds the thread: its state is being edited') : passed();
};

const instructed = async ({ pause, instructs }: ResumeFacts): Promise<Finding> => {
  if (pause?.resumeBehavior !== 'await_instructions') return passed();
  if (instructs) return passed();
  return failed('the pause awaits instructions: resume with additional_context, data or a command');
};

/** A run that has spent all it may would be paused again at its next call of a model. */
const budgetLeft = async ({ run, storage, budget }: ResumeFacts): Promise<Finding> => {
  const conditions = (await storage.watch.conditions(run.assistantId))?.context_budget;
  if (!conditions) return passed('the assistant has none');
  const { runId, threadId } = run;
  const spent = await storage.watch.spent(conditions.per === 'thread' ? { threadId } : { runId });
  const reached = capReached(spent, capsOf(conditions, budget));
  if (reached === undefined) return passed();
  return failed(`${reached}: resume with a higher budget`, { spent });
};

const stepWhole = async ({ pause }: ResumeFacts): Promise<Finding> => {
  if (!pause?.checkpoint?.unsafe) return passed();
  return { status: 'warning', detail: 'the step in flight was cut at the pause and runs again' };
};

/** In this order. Whoever adds checks of their own puts them between the resources and the owner of the thread. */
export const RESUME_CHECKS: readonly ResumeCheck[] = [
  { name: 'checkpoint_unverified', forceable: true, look: recordVerified },
  { name: 'checkpoint_integrity', forceable: false, look: checkpointIntact },
  { name: 'step_cut', forceable: true, look: stepWhole },
  { name: 'graph_exists', forceable: false, look: graphExists },
  { name: 'code_fingerprint', forceable: true, look: codeSame },
  { name: 'next_nodes', forceable: true, look: nextNodes },
  { name: 'config_drift', forceable: true, look: configSame },
  { name: 'resource_down', forceable: true, look: resourcesUp },
  { name: 'budget_spent', forceable: true, look: budgetLeft },
  { name: 'thread_owned', forceable: false, look: threadFree },
  { name: 'instructions', forceable: true, look: instructed },
];
