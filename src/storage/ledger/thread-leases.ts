import { sql } from 'kysely';
import type { Lease } from '../../model/lease.ts';
import type { HeldThread } from '../../model/thread.ts';
import type { ThreadStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import type { ThreadsTable } from './schema.ts';
import { RELEASED, threadPatchColumns } from './thread-row.ts';
import { IS_THERE } from './thread-search.ts';

type ThreadLeases = Pick<
  ThreadStore,
  'claim' | 'holds' | 'ownerOf' | 'release' | 'breakLease' | 'renew' | 'heldBy' | 'touch'
>;

const claim = prepared((db, { threadId, ...set }: Partial<ThreadsTable> & { threadId: string }) =>
  db
    .updateTable('threads')
    .set({ fence: sql`fence + 1`, ...set })
    .where('thread_id', '=', threadId)
    .where('lease_token', 'is', null)
    .where(IS_THERE)
    .returning('fence'),
);

const holds = prepared((db, { threadId, fence, token }: Lease) =>
  db
    .selectFrom('threads')
    .select('thread_id')
    .where('thread_id', '=', threadId)
    .where('fence', '=', fence)
    .where('lease_token', '=', token),
);

const release = prepared((db, { threadId, fence, token }: Lease) =>
  db
    .updateTable('threads')
    .set(RELEASED)
    .where('thread_id', '=', threadId)
    .where('fence', '=', fence)
    .where('lease_token', '=', token),
);

/** Who owns a thread: claim raises the fence, everything else proves fence and token. */
export const createThreadLeases = (db: LedgerConnection): ThreadLeases => ({
  ...createHeld(db),

  claim: async ({ threadId, runId, token, owner, expiresAt, shows }) => {
    const set = {
      lease_token: token,
      lease_owner: owner,
      lease_expires_ms: expiresAt,
      active_run_id: runId,
      ...(shows && threadPatchColumns(shows)),
    };
    const [row] = (await claim(db, { ...set, threadId })).rows;
    return row && { threadId, fence: row.fence, token };
  },

  holds: async (lease) => (await holds(db, lease)).rows.length > 0,

  ownerOf: ownerOf(db),

  release: async (lease) => {
    const { numAffectedRows = 0n } = await release(db, lease);
    return numAffectedRows > 0n;
  },

  breakLease: (threadId) => breakLease(db, threadId),
});

const createHeld = (db: LedgerConnection): Pick<ThreadLeases, 'renew' | 'touch' | 'heldBy'> => ({
  renew: async (owner, expiresAt) => {
    const rows = await db
      .updateTable('threads')
      .set({ lease_expires_ms: expiresAt })
      .where('lease_owner', '=', owner)
      .returning(HELD_COLUMNS)
      .execute();
    return rows.flatMap(heldThread);
  },

  touch: async (threadId) => {
    await db
      .updateTable('threads')
      .set({ fence: sql`fence` })
      .where('thread_id', '=', threadId)
      .execute();
  },

  heldBy: async (filter) => {
    const query = db.selectFrom('threads').select(HELD_COLUMNS).where('lease_owner', 'is not', null);
    const rows =
      'owner' in filter
        ? await query.where('lease_owner', '=', filter.owner).execute()
        : await query.where('lease_expires_ms', '<', filter.expiredBefore).execute();
    return rows.flatMap(heldThread);
  },
});

const breakLease = async (db: LedgerConnection, threadId: string): Promise<number> => {
  const { fence } = await db
    .updateTable('threads')
    .set({
      fence: sql`fence + 1`,
      ...RELEASED,
    })
    .where('thread_id', '=', threadId)
    .returning('fence')
    .executeTakeFirstOrThrow();
  return fence;
};
const ownerOf =
  (db: LedgerConnection): ThreadLeases['ownerOf'] =>
  async (threadId) => {
    const row = await db
      .selectFrom('threads')
      .select('lease_owner')
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return row?.lease_owner ?? undefined;
  };

const HELD_COLUMNS = ['thread_id', 'fence', 'lease_token', 'active_run_id'] as const;

const heldThread = (row: {
  thread_id: string;
  fence: number;
  lease_token: string | null;
  active_run_id: string | null;
}): HeldThread[] =>
  row.lease_token === null
    ? []
    : [
        {
          lease: { threadId: row.thread_id, fence: row.fence, token: row.lease_token },
          runId: row.active_run_id,
        },
      ];
