import type { Approval } from '../model/approval.ts';
import type { Notice } from '../model/notice.ts';
import type { NotificationTarget, TargetEvent } from '../model/notification-target.ts';
import type { Told } from '../model/told.ts';
import { scopeWords } from '../model/emergency-stop.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Storage } from '../storage/ports.ts';
import type { Links, LinkTarget } from './links.ts';

interface Draft {
  event: TargetEvent;
  title: string;
  lines: string[];
  leadsTo: LinkTarget;
}

interface TellDeps {
  storage: Pick<Storage, 'approvals' | 'assistants' | 'runs' | 'pauses' | 'stops' | 'targets'>;
  links: Links;
}

/** Puts a notice into words, for those who want to hear of it. Nothing where it is over by now. */
export const createTellPeople = (deps: TellDeps) => {
  return async (notice: Notice): Promise<{ told: Told; targets: NotificationTarget[] } | undefined> => {
    const draft = await draftOf(deps, notice);
    if (!draft) return undefined;
    const { event, title, lines, leadsTo } = draft;
    const concerned = await deps.storage.targets.concerning(await assistantOf(deps, notice));
    const targets = concerned.filter(
      ({ events, createdAt }) => events.includes(event) && createdAt <= notice.at,
    );
    const assistant = notice.assistantId && (await deps.storage.assistants.get(notice.assistantId));
    const { threadId, runId, subjectId, at } = notice;
    const name = assistant ? assistant.name : null;
    const told = { event, title: titled(title, name), lines, link: deps.links.to(leadsTo), assistant: name };
    return { told: { ...told, threadId, runId, subjectId, at }, targets };
  };
};

/** A stop of one thread concerns the assistant that runs there. */
const assistantOf = async ({ storage }: TellDeps, notice: Notice): Promise<string | null> => {
  if (notice.assistantId !== null || notice.threadId === null) return notice.assistantId;
  const [run] = await storage.runs.list({ threadId: notice.threadId, limit: 1, offset: 0 });
  return run?.assistantId ?? null;
};

const titled = (title: string, assistant: string | null): string =>
  assistant === null ? title : `${assistant}: ${title}`;

const draftOf = async (deps: TellDeps, notice: Notice): Promise<Draft | undefined> => {
  switch (notice.kind) {
    case 'question':
      return question(deps, notice);
    case 'question_expired':
      return expired(deps, notice);
    case 'run':
      return paused(deps, notice);
    case 'resume_refused':
      return refused(notice);
    case 'emergency_stop':
      return stopped(deps, notice);
  }
};

const approvalOf = async ({ storage }: TellDeps, { subjectId }: Notice): Promise<Approval | undefined> =>
  subjectId === null ? undefined : storage.approvals.get(subjectId);

const question = async (deps: TellDeps, notice: Notice): Promise<Draft | undefined> => {
  const approval = await approvalOf(deps, notice);
  if (approval?.status !== 'waiting') return undefined; // decided meanwhile, by a remembered decision say
  const until = approval.expiresAt === null ? [] : [`To be decided until ${approval.expiresAt}.`];
  return {
    event: 'question',
    title: 'a decision is waiting',
    lines: [...asked(approval), ...until],
    leadsTo: { kind: 'question', id: approval.approvalId, threadId: approval.threadId },
  };
};

const expired = async (deps: TellDeps, notice: Notice): Promise<Draft | undefined> => {
  const approval = await approvalOf(deps, notice);
  if (!approval) return undefined;
  const became = notice.detail?.['rejected'] === true ? 'It was rejected.' : 'It waits on.';
  return {
    event: 'question_expired',
    title: 'nobody decided in time',
    lines: [...asked(approval), became],
    leadsTo: { kind: 'question', id: approval.approvalId, threadId: approval.threadId },
  };
};

const MOST_CHARACTERS = 600;

const asked = ({ payload }: Approval): string[] => {
  const value = JSON.parse(payload) as unknown;
  const { calls, description } = readQuestion(value);
  if (calls.length === 0) return [shortened(description ?? (typeof value === 'string' ? value : payload))];
  return calls.map(({ name, args, description: of }) => shortened(of ?? `${name} ${JSON.stringify(args)}`));
};

const shortened = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;

/** A wait for an event ends by itself: nobody need be called for it. */
const paused = async ({ storage }: TellDeps, notice: Notice): Promise<Draft | undefined> => {
  const { state, subjectId, threadId } = notice;
  if (state !== 'paused' || subjectId === null || threadId === null) return undefined;
  const pause = await storage.pauses.get(subjectId);
  if (!pause || pause.endedAt !== null) return undefined;
  const when = pause.resumeWhen ? [`It goes on when: ${JSON.stringify(pause.resumeWhen)}.`] : [];
  const verified = pause.verified === false ? ['Its checkpoint could not be verified.'] : [];
  return {
    event: 'paused',
    title: 'paused',
    lines: [pause.reason, `Asked for by ${pause.requestedBy}.`, ...when, ...verified],
    leadsTo: { kind: 'thread', threadId },
  };
};

const refused = ({ threadId, detail }: Notice): Draft | undefined =>
  threadId === null
    ? undefined
    : {
        event: 'resume_refused',
        title: 'a resume was refused',
        lines: [textIn(detail?.['message'], ''), `Asked for by ${textIn(detail?.['trigger'], 'somebody')}.`],
        leadsTo: { kind: 'thread', threadId },
      };

const textIn = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

const stopped = async ({ storage }: TellDeps, { subjectId }: Notice): Promise<Draft | undefined> => {
  const found = subjectId === null ? undefined : await storage.stops.get(subjectId);
  if (!found) return undefined;
  const { stop, runs } = found;
  return {
    event: 'emergency_stop',
    title: 'emergency stop',
    lines: [
      stop.reason,
      `By ${stop.requestedBy}, of ${scopeWords(stop.scope)}: ${runs.length} runs were in it.`,
    ],
    leadsTo: { kind: 'stop', id: stop.stopId },
  };
};
