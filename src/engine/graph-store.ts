import { BaseStore, type Operation, type OperationResults } from '@langchain/langgraph-checkpoint';
import type { JsonObject } from '../model/json.ts';
import type { FoundItem, Namespace, StoreItem } from '../model/store-item.ts';

/** The store as one attempt of a run sees it; its writes prove the attempt's lease. */
export interface ItemsOfAttempt {
  get(id: { namespace: Namespace; key: string }): Promise<StoreItem | undefined>;
  put(input: {
    namespace: Namespace;
    key: string;
    value: JsonObject;
    index?: false | string[] | undefined;
  }): Promise<void>;
  remove(id: { namespace: Namespace; key: string }): Promise<void>;
  search(input: {
    prefix: Namespace;
    filter?: Record<string, unknown> | undefined;
    query?: string | undefined;
    limit: number;
    offset: number;
  }): Promise<FoundItem[]>;
  namespaces(query: {
    prefix?: Namespace | undefined;
    suffix?: Namespace | undefined;
    maxDepth?: number | undefined;
    limit: number;
    offset: number;
  }): Promise<Namespace[]>;
}

type PutOp = Extract<Operation, { value: unknown }>;

/** The server's store as LangGraph hands it to nodes and tools: `config.store`, `runtime.store`, `getStore()`. */
export class GraphStore extends BaseStore {
  readonly #items: ItemsOfAttempt;

  constructor(items: ItemsOfAttempt) {
    super();
    this.#items = items;
  }

  /** As every LangGraph store: reads of a batch see what was before it; the last of its writes to a key wins. */
  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const results = await Promise.all(operations.map((operation) => this.#read(operation)));
    const writes = operations.filter(isPut);
    const last = new Map(writes.map((put) => [JSON.stringify([put.namespace, put.key]), put]));
    const written = await Promise.allSettled([...last.values()].map((put) => this.#write(put)));
    for (const write of written) if (write.status === 'rejected') throw write.reason;
    return results as OperationResults<Op>;
  }

  async #read(operation: Operation): Promise<unknown> {
    if (isPut(operation)) return undefined;
    if ('namespacePrefix' in operation) {
      const { namespacePrefix: prefix, filter, query, limit = 10, offset = 0 } = operation;
      return (await this.#items.search({ prefix, filter, query, limit, offset })).map(toItem);
    }
    if ('key' in operation) {
      const item = await this.#items.get(operation);
      return item ? toItem(item) : null;
    }
    const { matchConditions = [], maxDepth, limit, offset } = operation;
    const path = (type: string) => matchConditions.find(({ matchType }) => matchType === type)?.path;
    return this.#items.namespaces({
      prefix: path('prefix'),
      suffix: path('suffix'),
      maxDepth,
      limit,
      offset,
    });
  }

  #write({ namespace, key, value, index }: PutOp): Promise<void> {
    if (value === null) return this.#items.remove({ namespace, key });
    return this.#items.put({ namespace, key, value: value as JsonObject, index });
  }
}

const isPut = (operation: Operation): operation is PutOp => 'value' in operation;

const toItem = ({ createdAt, updatedAt, namespace, key, value, ...found }: FoundItem) => ({
  namespace,
  key,
  value,
  createdAt: new Date(createdAt),
  updatedAt: new Date(updatedAt),
  ...('score' in found && { score: found.score }),
});
