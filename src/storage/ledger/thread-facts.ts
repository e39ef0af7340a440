import { PARENT } from '../../model/thread.ts';
import type { LedgerConnection } from './connection.ts';

/** Longer entries are not looked up by index. */
const MAX_LENGTH = 200;
/** A thread with more entries than this is marked instead: it is a candidate of every search. */
const MAX_FACTS = 50;
export const TOO_MANY = '*';
/** How the metadata of a thread name the one that launched it, which is looked up whatever else they hold. */
export const PARENT_FACT = `${PARENT}="`;

/** An entry of metadata as one text that is equal when key, type and value are; undefined where none is kept. */
export const factOf = (key: string, value: unknown): string | undefined => {
  if (value !== null && typeof value === 'object') return undefined;
  const fact = `${key}=${JSON.stringify(value)}`;
  return fact.length > MAX_LENGTH ? undefined : fact;
};

/**
 * What the index keeps of a thread's metadata: its plain entries. It only narrows a search, which compares the
 * metadata itself all the same.
 */
export const factRows = (
  threadId: string,
  metadata: Record<string, unknown>,
): { fact: string; thread_id: string }[] => {
  const facts = Object.entries(metadata).flatMap(([key, value]) => factOf(key, value) ?? []);
  const kept =
    facts.length > MAX_FACTS ? [TOO_MANY, ...facts.filter((fact) => fact.startsWith(PARENT_FACT))] : facts;
  return kept.map((fact) => ({ fact, thread_id: threadId }));
};

/** Writes what the index keeps of a new thread. */
export const insertFacts = async (
  db: LedgerConnection,
  threadId: string,
  metadata: Record<string, unknown>,
): Promise<void> => {
  const rows = factRows(threadId, metadata);
  if (rows.length > 0) await db.insertInto('thread_facts').values(rows).execute();
};

/** The same in place of what was kept: where that is known, only what differs is written. */
export const putFacts = async (
  db: LedgerConnection,
  threadId: string,
  { metadata, before }: { metadata: Record<string, unknown>; before?: Record<string, unknown> | undefined },
): Promise<void> => {
  const rows = factRows(threadId, metadata);
  const had = before && factRows(threadId, before).map(({ fact }) => fact);
  const kept = (had ?? []).filter((fact) => rows.some((row) => row.fact === fact));
  if (!had || kept.length < had.length) {
    const old = db.deleteFrom('thread_facts').where('thread_id', '=', threadId);
    await (kept.length === 0 ? old : old.where('fact', 'not in', kept)).execute();
  }
  const added = rows.filter(({ fact }) => !kept.includes(fact));
  if (added.length > 0) await db.insertInto('thread_facts').values(added).execute();
};
