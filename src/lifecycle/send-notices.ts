import { isHoldpointError } from '../model/errors.ts';
import type { Notice } from '../model/notice.ts';
import type { NewOutboundMessage } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';

/** The kind of due work that tells people what happened. */
export const NOTICES = 'notices';

/** A message that a notice becomes. */
export interface NoticeMessage extends Pick<NewOutboundMessage, 'kind' | 'url' | 'body' | 'headers'> {
  /** Whom it is for: each is told of a notice once. */
  to: string;
}

/** Makes a notice into messages, for those who asked for it. */
export type NoticeWriter = (notice: Notice) => Promise<NoticeMessage[]>;

type SendDeps = LifecycleDeps & { writers: NoticeWriter[] };

/** Notices looked at in one go. */
const AT_ONCE = 50;

/** A notice that nothing can be made of is given up after so many looks. */
const MOST_TRIES = 5;

/**
 * Makes what is to be told into outgoing messages. A notice goes off the list in the transaction that writes its
 * messages, so each is written once, however many servers look and whenever one of them dies.
 */
export const createSendNotices = (deps: SendDeps) => {
  const tries = new Map<number, number>();
  return async (): Promise<undefined> => {
    const notices = await deps.storage.notices.waiting(AT_ONCE);
    let sent = false;
    for (const notice of notices) {
      const messages = await write(deps, tries, notice);
      if (messages && (await send(deps, notice, messages))) sent = true;
    }
    if (sent || notices.length === AT_ONCE) deps.storage.signals.publish({ kind: 'due' });
    return undefined;
  };
};

/**
 * What is to be sent, as far as it can be written once it has been tried often enough: a writer that fails keeps no
 * other from telling. Undefined when it is to be tried again.
 */
const write = async (
  deps: SendDeps,
  tries: Map<number, number>,
  notice: Notice,
): Promise<NoticeMessage[] | undefined> => {
  const { seq } = notice;
  const written = await Promise.all(deps.writers.map((writer) => writeOne(deps, writer, notice)));
  const count = (tries.get(seq) ?? 0) + 1;
  const again = written.includes(undefined) && count < MOST_TRIES;
  if (again) tries.set(seq, count);
  else tries.delete(seq);
  return again ? undefined : written.flatMap((messages) => messages ?? []);
};

/** Nothing where what it tells of is gone; undefined where it failed. */
const writeOne = async (
  { log }: SendDeps,
  writer: NoticeWriter,
  notice: Notice,
): Promise<NoticeMessage[] | undefined> => {
  try {
    return await writer(notice);
  } catch (error) {
    if (isHoldpointError(error) && error.code.endsWith('_not_found')) return [];
    log?.error({ err: error, notice }, 'a notice cannot be written');
    return undefined;
  }
};

const send = async (
  { storage, clock }: SendDeps,
  { seq, threadId, runId }: Notice,
  messages: NoticeMessage[],
): Promise<boolean> =>
  storage.transaction(async (ledger) => {
    if (!(await ledger.notices.take(seq))) return false;
    for (const { to, ...message } of messages) {
      await ledger.outbound.enqueue({
        ...message,
        outboundId: `notice-${seq}-${to}`,
        ...(threadId !== null && { threadId }),
        ...(runId !== null && { runId }),
        now: clock.now(),
      });
    }
    return messages.length > 0;
  });
