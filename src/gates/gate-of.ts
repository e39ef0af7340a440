import type { StructuredToolInterface } from '@langchain/core/tools';
import { isObject } from './json.ts';
import type { ToolRule } from './policy.ts';

/** What a `gated` tool is made of. */
export interface Gate {
  inner: StructuredToolInterface;
  rule: ToolRule;
}

/** Registered, so that two copies of this package in one process know each other's tools. */
const GATE = Symbol.for('holdpoint.gate');

export const withGate = <T extends object>(tool: T, gate: Gate): T =>
  Object.defineProperty(tool, GATE, { value: gate });

/** The gate of a tool; undefined for one that is not `gated`. */
export const gateOf = (tool: StructuredToolInterface): Gate | undefined => {
  const gate: unknown = (tool as unknown as Record<symbol, unknown>)[GATE];
  return isObject(gate) ? (gate as unknown as Gate) : undefined;
};
