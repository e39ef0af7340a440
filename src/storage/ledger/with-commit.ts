import type { LedgerConnection } from './connection.ts';

type Take = (answer: Promise<unknown>) => void;

const takers = new WeakMap<LedgerConnection, Take>();

/**
 * Says of a transaction's connection that statements whose answer nobody needs go to the server with what follows
 * them. `take` gets each answer; the transaction fails when one of them does.
 */
export const takeAnswers = (db: LedgerConnection, take: Take): void => void takers.set(db, take);

/**
 * For a statement that always does the same, whatever is there: its answer comes, at the latest, with the commit's. Where
 * statements cost no way to a server it is awaited here. What follows on the connection sees what it did.
 */
export const withCommit = async (db: LedgerConnection, answer: Promise<unknown>): Promise<void> => {
  const take = takers.get(db);
  if (take) take(answer);
  else await answer;
};
