import { isoTime, type Clock } from '../model/clock.ts';
import { passesFilters, type AuthFilters } from '../model/auth-filter.ts';
import { HoldpointError, LeaseLostError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Lease } from '../model/lease.ts';
import { LONGEST_ITEM_ID, type FoundItem, type Namespace, type StoreItem } from '../model/store-item.ts';
import type { ItemId, Storage, StoredItem } from '../storage/ports.ts';
import { valueFilter } from './value-filter.ts';
import { embedAll, idText, scores, vectorsOf, type StoreIndex } from './vectors.ts';

export interface StoreSettings {
  /** How long an item lives for which nothing else is said; null: for ever. */
  defaultTtlMs: number | null;
  /** Whether reading an item makes it live anew, unless the reader says otherwise. */
  refreshOnRead: boolean;
}

interface StoreDeps {
  storage: Storage;
  clock: Clock;
  settings: StoreSettings;
  /** Absent: items are not found by what they mean. */
  index?: StoreIndex | undefined;
}

export interface PutInput extends ItemId {
  value: JsonObject;
  /** Which texts of it to index: the store's own choice when undefined, none when false. */
  index?: false | string[] | undefined;
  /** Null: for ever. Undefined: the default. */
  ttlMs?: number | null | undefined;
  /** When given, nothing is written unless it still holds its thread. */
  lease?: Lease | undefined;
  filters?: AuthFilters | undefined;
}

interface ReadOptions {
  refresh?: boolean | undefined;
  filters?: AuthFilters | undefined;
}

export interface SearchInput {
  prefix: Namespace;
  filter?: Record<string, unknown> | undefined;
  query?: string | undefined;
  limit: number;
  offset: number;
  refresh?: boolean | undefined;
  /** Only what passes them: fields of the value, or `namespace` and `key`. */
  filters?: AuthFilters | undefined;
}

export interface NamespaceQuery {
  /** "*" stands for any label. */
  prefix?: Namespace | undefined;
  suffix?: Namespace | undefined;
  maxDepth?: number | undefined;
  limit: number;
  offset: number;
  filters?: AuthFilters | undefined;
}

/** The store: documents that threads share, by namespace and key. */
export interface Store {
  get(id: ItemId, options?: ReadOptions): Promise<StoreItem | undefined>;
  /** @throws {HoldpointError} `invalid_request`, `embeddings_unavailable`; {LeaseLostError}. */
  put(input: PutInput): Promise<void>;
  remove(id: ItemId, options?: Pick<PutInput, 'lease' | 'filters'>): Promise<void>;
  /** Last changed first; with a query and an index, nearest first. */
  search(input: SearchInput): Promise<FoundItem[]>;
  namespaces(query: NamespaceQuery): Promise<Namespace[]>;
}

export const createStore = (deps: StoreDeps): Store => {
  const { storage, clock, settings, index } = deps;
  return {
    get: async (id, { refresh, filters } = {}) => {
      const found = await storage.items.get(id, clock.now());
      const item = found && isFor(filters, found) ? found : undefined;
      if (item) await refreshRead(deps, [item], refresh);
      return item;
    },
    put: async ({ namespace, key, value, index: fields, ttlMs: asked, lease, filters }) => {
      checkNamespace(namespace);
      checkLength({ namespace, key });
      if (!isFor(filters, { namespace, key, value })) throw notYours();
      const ttlMs = asked === undefined ? settings.defaultTtlMs : asked;
      const chosen = index && fields !== false ? (fields ?? index.fields) : [];
      const vectors = index ? await vectorsOf(index, value, chosen) : [];
      await storage.transaction(async (ledger) => {
        if (lease && !(await ledger.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
        const now = clock.now();
        const before = await ledger.items.get({ namespace, key }, now);
        if (before && !isFor(filters, before)) throw notYours();
        if (!before) await ledger.items.remove({ namespace, key });
        const expiresAt = ttlMs === null ? null : now + ttlMs;
        const updatedAt = isoTime(clock);
        await ledger.items.put({ namespace, key, value, ttlMs, expiresAt, updatedAt, vectors });
      });
    },
    remove: async (id, { lease, filters } = {}) => {
      await storage.transaction(async (ledger) => {
        if (lease && !(await ledger.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
        const before = await ledger.items.get(id, clock.now());
        if (before && isFor(filters, before)) await ledger.items.remove(id);
      });
    },
    search: async (input) => {
      const found = index && input.query ? await nearest(deps, index, input) : await matching(deps, input);
      await refreshRead(deps, found, input.refresh);
      return found;
    },
    namespaces: async (query) => listed(await storage.items.namespaces(clock.now()), query),
  };
};

const isFor = (
  filters: AuthFilters | undefined,
  { namespace, key, value }: Omit<PutInput, 'filters'>,
): boolean => !filters || passesFilters({ ...value, namespace, key }, filters);

const testOf = ({ filter = {}, filters }: SearchInput) => {
  const passes = valueFilter(filter);
  return (item: StoreItem): boolean => passes(item.value) && isFor(filters, item);
};

const notYours = (): HoldpointError =>
  new HoldpointError('forbidden', 'You may not write this item.', { details: { field: 'namespace' } });

const refreshRead = async (
  { storage, clock, settings }: StoreDeps,
  items: StoredItem[],
  refresh = settings.refreshOnRead,
): Promise<void> => {
  const mortal = refresh ? items.filter(({ ttlMs }) => ttlMs !== null) : [];
  if (mortal.length > 0) {
    await storage.transaction((ledger) => ledger.items.refresh(mortal, clock.now()), { flush: false });
  }
};

const matching = async ({ storage, clock }: StoreDeps, input: SearchInput): Promise<StoredItem[]> => {
  const passes = testOf(input);
  const wanted = input.offset + input.limit;
  const found: StoredItem[] = [];
  for await (const page of storage.items.scan(input.prefix, clock.now())) {
    found.push(...page.filter(passes));
    if (found.length >= wanted) break;
  }
  return found.slice(input.offset, wanted);
};

/** Those without a vector come last, as they were changed. */
const nearest = async (
  { storage, clock }: StoreDeps,
  index: StoreIndex,
  input: SearchInput,
): Promise<(FoundItem & StoredItem)[]> => {
  const { prefix, query = '', limit, offset } = input;
  const passes = testOf(input);
  const now = clock.now();
  const [vector = new Float32Array(index.dims)] = await embedAll(index, [query]);
  const best = await scores(storage.items.vectors(prefix, now), vector);
  const found: (FoundItem & StoredItem)[] = [];
  for await (const page of storage.items.scan(prefix, now)) {
    for (const item of page) {
      if (!passes(item)) continue;
      const score = best.get(idText(item));
      found.push(score === undefined ? item : { ...item, score });
    }
  }
  return found
    .toSorted((a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity))
    .slice(offset, offset + limit);
};

const listed = (all: Namespace[], query: NamespaceQuery) => {
  const { prefix, suffix, maxDepth, limit, offset, filters } = query;
  const matched = all.filter(
    (labels) =>
      (!filters || passesFilters({ namespace: labels }, filters)) &&
      (!prefix || startsWith(labels, prefix)) &&
      (!suffix || startsWith(labels.toReversed(), suffix.toReversed())),
  );
  const cut = maxDepth === undefined ? matched : matched.map((labels) => labels.slice(0, maxDepth));
  const distinct = new Map(cut.map((labels) => [labels.join('.'), labels]));
  return [...distinct.values()].slice(offset, offset + limit);
};

const startsWith = (labels: Namespace, start: Namespace): boolean =>
  start.length <= labels.length && start.every((label, at) => label === '*' || label === labels[at]);

/**
 * Labels may be neither empty nor contain a dot, which joins them; "langgraph" is LangGraph's own root.
 * @throws {HoldpointError} `invalid_request`.
 */
export const checkNamespace = (namespace: Namespace): void => {
  const problem = PROBLEMS.find(([wrong]) => wrong(namespace))?.[1];
  if (problem === undefined) return;
  throw new HoldpointError('invalid_request', `namespace: ${problem}`, { details: { field: 'namespace' } });
};

/** @throws {HoldpointError} `invalid_request`. */
const checkLength = ({ namespace, key }: ItemId): void => {
  const bytes = Buffer.byteLength(namespace.join('.')) + Buffer.byteLength(key);
  if (bytes <= LONGEST_ITEM_ID) return;
  const problem = `with its namespace it has ${bytes} bytes, and may have ${LONGEST_ITEM_ID}`;
  throw new HoldpointError('invalid_request', `key: ${problem}`, { details: { field: 'key' } });
};

const PROBLEMS: [wrong: (namespace: Namespace) => boolean, says: string][] = [
  [(namespace) => namespace.length === 0, 'is empty: an item needs at least one label'],
  [(namespace) => namespace.includes(''), 'has an empty label'],
  [
    (namespace) => namespace.some((label) => label.includes('.')),
    'has a label with a dot in it, which is what joins labels',
  ],
  [([root]) => root === 'langgraph', 'begins with "langgraph", which belongs to LangGraph itself'],
];
