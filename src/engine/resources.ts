import { isRecord } from '../model/json.ts';
import { withDeadline } from './deadline.ts';

/** In the order in which they are let go: what talks first, then what is held open. */
export const RESOURCE_KINDS = ['session', 'model', 'database', 'file'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Whose resources: what each function of a resource is called with. */
export interface ResourceContext {
  threadId: string;
  runId: string;
}

type Use = (context: ResourceContext) => unknown;

/** One entry of a graph module's `export const resources = { redis: { check, open?, close?, kind? } }`. */
interface Resource {
  name: string;
  kind: ResourceKind;
  open?: Use;
  check?: Use;
  close?: Use;
}

/** What came of opening, checking or closing one. */
export interface ResourceStep {
  resource: string;
  kind: ResourceKind;
  at: string;
  ms: number;
  error: string | null;
}

const fn = (value: unknown): Use | undefined => (typeof value === 'function' ? (value as Use) : undefined);

/** Those the module declares, in the order of release. */
export const declaredResources = ({ resources }: Record<string, unknown>): Resource[] => {
  const declared = isRecord(resources) ? Object.entries(resources) : [];
  return declared
    .flatMap(([name, value]) => {
      if (!isRecord(value)) return [];
      const kind = RESOURCE_KINDS.find((known) => known === value['kind']) ?? 'session';
      const [open, check, close] = [fn(value['open']), fn(value['check']), fn(value['close'])];
      return [{ name, kind, ...(open && { open }), ...(check && { check }), ...(close && { close }) }];
    })
    .toSorted((a, b) => RESOURCE_KINDS.indexOf(a.kind) - RESOURCE_KINDS.indexOf(b.kind));
};

/** How long a resource may take for one of these. */
const STEP_MS = 5000;

const step = async (
  { name, kind, ...uses }: Resource,
  what: 'open' | 'check' | 'close',
  context: ResourceContext,
): Promise<ResourceStep[]> => {
  const use = uses[what];
  if (!use) return [];
  const at = new Date().toISOString();
  const begun = performance.now();
  const used = (async () => use(context))();
  const error = await withDeadline(() => used, {
    ms: STEP_MS,
    what: `${what} of ${name}`,
  }).then(
    (answer) => (what === 'check' && answer === false ? 'check answered false' : null),
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
  // What opens after its time is nobody's: it is closed when it does.
  if (what === 'open' && error !== null) used.then(() => uses.close?.(context)).catch(() => {});
  return [{ resource: name, kind, at, ms: Math.round(performance.now() - begun), error }];
};

/** Asks each whether it is healthy, all at once: `check` throws, rejects or answers false when it is not. */
export const checkResources = async (
  resources: Resource[],
  context: ResourceContext,
): Promise<ResourceStep[]> =>
  (await Promise.all(resources.map((resource) => step(resource, 'check', context)))).flat();

/**
 * Opens each, the last to be let go first. @throws what the first that cannot be opened says; those that were are
 * closed again.
 */
export const openResources = async (resources: Resource[], context: ResourceContext): Promise<void> => {
  const opened: Resource[] = [];
  for (const resource of resources.toReversed()) {
    const [problem] = (await step(resource, 'open', context)).filter(({ error }) => error !== null);
    if (problem) {
      await closeResources(opened.toReversed(), context);
      throw new Error(`resource "${resource.name}" cannot be opened: ${problem.error}`);
    }
    opened.push(resource);
  }
};

/** Lets go of each, one after the other in the order of release; one that fails keeps none of the others. */
export const closeResources = async (
  resources: Resource[],
  context: ResourceContext,
): Promise<ResourceStep[]> => {
  const steps: ResourceStep[] = [];
  for (const resource of resources) steps.push(...(await step(resource, 'close', context)));
  return steps;
};

/** What is open for one attempt of a run. */
export interface HeldResources {
  open(): Promise<void>;
  close(): Promise<ResourceStep[]>;
}

/** The resources that the module of a graph declares, for one attempt. Closing what was not opened does nothing. */
export const holdResources = (
  exports: () => Promise<Record<string, unknown>>,
  context: ResourceContext,
): HeldResources => {
  let open: Resource[] = [];
  return {
    open: async () => {
      const declared = declaredResources(await exports());
      await openResources(declared, context);
      open = declared;
    },
    close: async () => {
      const held = open;
      open = [];
      return closeResources(held, context);
    },
  };
};
