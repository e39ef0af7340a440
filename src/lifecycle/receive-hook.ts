import { HoldpointError } from '../model/errors.ts';
import { isCurrent } from '../model/pause.ts';
import { leavesOf, type ResumeCondition } from '../model/resume-condition.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { hashToken } from './pause-thread.ts';
import { meetConditions, placesMetBy, scopeWaiter, threadWaiter, type Waiter } from './resume-conditions.ts';
import type { Resumer } from './resume-fired.ts';

export interface ReceiveHookInput {
  token: string;
  body: unknown;
}

export interface HookReceived {
  resumed: boolean;
  /** What else must hold, or what stands in the way. */
  waitingFor: ResumeCondition | string | null;
}

/**
 * Takes a call of a pause's resume URL. When it meets the condition of the pause (or that has no webhook, so that
 * the token alone is what it takes), the thread is resumed at once where its preflight passes, and later where not.
 * @throws {HoldpointError} `trigger_not_found`; `token_used` when the pause has been resumed or its time is over.
 */
export const createReceiveHook = (deps: LifecycleDeps & { resumer: Resumer }) => {
  return async (input: ReceiveHookInput): Promise<HookReceived> => {
    const { waiter, missing } = await deps.storage.transaction((ledger) => receive(deps, ledger, input));
    if (missing) return { resumed: false, waitingFor: missing };
    const refusal = await deps.resumer.resumeNow(waiter.id);
    return { resumed: refusal === null, waitingFor: refusal };
  };
};

const receive = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { token, body }: ReceiveHookInput,
): Promise<{ waiter: Waiter; missing: ResumeCondition | undefined }> => {
  const waiter = await waiterOf(deps, ledger, token);
  if (await ledger.fires.get(waiter.id))
    throw tokenUsed('This call has come before: the thread is being resumed.');
  const hooked =
    waiter.resumeWhen !== null && leavesOf(waiter.resumeWhen).some(({ type }) => type === 'webhook');
  const places = placesMetBy(waiter, { type: 'webhook', body });
  const detail = { body: loggable(body) };
  const call = { trigger: 'webhook', data: body ?? null, actor: 'webhook', detail };
  // Without a webhook among the conditions the token says it all.
  const asked = hooked ? waiter : { ...waiter, resumeWhen: null };
  return { waiter, missing: await meetConditions(ledger, deps.clock, { waiter: asked, places, ...call }) };
};

const waiterOf = async ({ clock }: LifecycleDeps, ledger: Ledger, token: string): Promise<Waiter> => {
  const hash = hashToken(token);
  const pause = await ledger.pauses.byTokenHash(hash);
  if (pause) {
    const { resumeTokenExpiresMs: expires } = pause;
    if (!isCurrent(pause)) throw tokenUsed('The pause is over.');
    if (expires !== null && expires <= clock.now()) throw tokenUsed('The token has expired.');
    return threadWaiter(pause);
  }
  const scope = await ledger.scopes.byTokenHash(hash);
  if (!scope) throw new HoldpointError('trigger_not_found', 'No pause has this token.');
  if (scope.state !== 'active') throw tokenUsed('The pause is over.');
  return scopeWaiter(scope);
};

const tokenUsed = (message: string): HoldpointError => new HoldpointError('token_used', message);

const MAX_LOGGED = 10_000;

/** Of what comes from outside the log keeps so much. */
const loggable = (body: unknown): string | null => {
  const text = JSON.stringify(body ?? null);
  return text.length > MAX_LOGGED ? `${text.slice(0, MAX_LOGGED)}…` : text;
};
