import type { JsonObject } from './json.ts';

/** LangGraph's run configuration as it travels on the wire and is stored. */
export interface RunConfig {
  tags?: string[] | undefined;
  recursion_limit?: number | undefined;
  configurable?: Record<string, unknown> | undefined;
  [key: string]: unknown;
}

/** A graph plus versioned configuration. */
export interface Assistant {
  assistantId: string;
  graphId: string;
  name: string;
  description: string | null;
  config: RunConfig;
  context: JsonObject;
  metadata: JsonObject;
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** What an assistant was in one of its versions. */
export type AssistantVersion = Omit<Assistant, 'updatedAt'>;

export const ASSISTANT_SORT_FIELDS = [
  'assistant_id',
  'graph_id',
  'name',
  'created_at',
  'updated_at',
] as const;

/** Which assistants; a missing field does not narrow. */
export interface AssistantFilter {
  graphId?: string | undefined;
  /** Part of the name, in any case. */
  name?: string | undefined;
  metadata?: JsonObject | undefined;
}

export interface AssistantVersionSearch {
  assistantId: string;
  metadata?: JsonObject | undefined;
  limit: number;
  offset: number;
}

export interface AssistantSearch extends AssistantFilter {
  limit: number;
  offset: number;
  sortBy: (typeof ASSISTANT_SORT_FIELDS)[number];
  sortOrder: 'asc' | 'desc';
}
