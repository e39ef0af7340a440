import type { HoldpointClient } from '../../client/index.ts';
import { UsageError, type GivenOptions, type Options } from './command.ts';

/** What a pause or a stop of many is about. */
export const SCOPE = {
  all: { help: 'Everything on the server' },
  assistant: { value: 'ID', help: "One assistant, by its id, or by its graph's for the graph's own" },
  thread: { value: 'ID', help: 'One thread', uuid: true },
} as const satisfies Options;

export type ScopeJson =
  { all: true } | { assistant_id: string } | { thread_id: string } | { graph_id: string };

type Given = GivenOptions<typeof SCOPE> & { graph?: string | undefined };

/** The scope that the options name, or undefined when they name none. Asks the server which assistant is meant. */
export const scopeOf = async (client: HoldpointClient, given: Given): Promise<ScopeJson | undefined> => {
  const { all, assistant, thread, graph } = given;
  const named = [all, assistant, thread, graph].filter((one) => one !== undefined);
  if (named.length > 1) throw new UsageError('Name one scope: --all, --assistant, --graph or --thread.');
  if (all) return { all: true };
  if (thread !== undefined) return { thread_id: thread };
  if (graph !== undefined) return { graph_id: graph };
  if (assistant === undefined) return undefined;
  return { assistant_id: (await client.assistants.get(assistant)).assistant_id };
};

/** A scope in words. */
export const scopeWords = (scope: Record<string, unknown>): string => {
  const [[kind, id] = ['all', true]] = Object.entries(scope);
  return kind === 'all' ? 'everything' : `${kind.replace('_id', '')} ${String(id)}`;
};
