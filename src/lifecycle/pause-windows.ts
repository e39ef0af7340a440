import { isoTime } from '../model/clock.ts';
import { occurrences, planWindow, type PauseWindow, type WindowStep } from '../model/pause-window.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { closeScope, openScope } from './pause-scope.ts';

/**
 * Enters and leaves the pause windows, and announces them. Each step is one transaction, guarded by what was read: a
 * restart, or another server, does none twice. Answers when something is next.
 */
export const createRunWindows = (deps: LifecycleDeps) => {
  return async (nowMs: number): Promise<number | undefined> => {
    const times: number[] = [];
    for (const { window } of await deps.storage.windows.list()) {
      const next = await bringUpToDate(deps, window.windowId, nowMs);
      if (next !== undefined) times.push(next);
    }
    return times.length > 0 ? Math.min(...times) : undefined;
  };
};

const bringUpToDate = async (
  deps: LifecycleDeps,
  windowId: string,
  nowMs: number,
): Promise<number | undefined> => {
  const { storage } = deps;
  for (;;) {
    const found = await storage.windows.get(windowId);
    if (!found) return undefined;
    const plan = planWindow(found.window, nowMs);
    if (!plan.step) return plan.nextMs;
    const { step } = plan;
    await storage.transaction((ledger) => take(deps, ledger, { ...found, step }), { exclusive: true });
    deps.at('window:step');
    if (step.kind !== 'tell') storage.signals.publish({ kind: 'queue' });
    storage.signals.publish({ kind: 'due' });
  }
};

interface Taking {
  window: PauseWindow;
  version: number;
  step: WindowStep;
}

const take = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { window, version, step }: Taking,
): Promise<void> => {
  const found = await ledger.windows.get(window.windowId);
  if (found?.version !== version) return;
  const changed = await TAKE[step.kind](deps, ledger, { window, step: step as never });
  await ledger.windows.update({ ...window, ...changed, updatedAt: isoTime(deps.clock) }, version);
};

type Take<K extends WindowStep['kind']> = (
  deps: LifecycleDeps,
  ledger: Ledger,
  input: { window: PauseWindow; step: Extract<WindowStep, { kind: K }> },
) => Promise<Partial<PauseWindow>>;

const TAKE: { [K in WindowStep['kind']]: Take<K> } = {
  enter: async (deps, ledger, { window, step: { startMs } }) => {
    const { scope, newRuns, redirectTo, windowId, name } = window;
    const { pause } = await openScope(deps, ledger, {
      scope,
      terms: { reason: `pause window "${name}"` },
      newRuns,
      redirectTo,
      resumeWhen: null,
      windowId,
      actor: 'window',
    });
    const open = { scopePauseId: pause.scopePauseId, endsMs: startMs + window.durationMs };
    return { lastStartMs: startMs, open };
  },

  leave: async (deps, ledger, { window }) => {
    await leaveOpen(deps, ledger, window);
    return { open: null };
  },

  tell: async ({ clock, newId }, ledger, { window, step: { place, startMs } }) => {
    const url = window.notify[place]?.url;
    if (url !== undefined) {
      const [kind, now] = ['pause_window.announced', clock.now()] as const;
      await ledger.outbound.enqueue({
        outboundId: newId(),
        kind,
        url,
        body: { type: kind, timestamp: isoTime(clock), data: announcement(window, startMs) },
        now,
      });
    }
    return {
      toldMs: window.notify.map((_one, at) => (at === place ? startMs : (window.toldMs[at] ?? null))),
    };
  },
};

/** Ends the pause of an open window, unless it is to stay or was resumed by hand. */
export const leaveOpen = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { open, resumeAfter }: PauseWindow,
): Promise<void> => {
  if (!open || !resumeAfter) return;
  const pause = await ledger.scopes.get(open.scopePauseId);
  if (pause?.state === 'active')
    await closeScope(deps, ledger, { scopePauseId: open.scopePauseId, actor: 'window' });
};

const announcement = (window: PauseWindow, startMs: number) => ({
  window_id: window.windowId,
  name: window.name,
  scope: window.scope.type === 'all' ? { all: true } : { [`${window.scope.type}_id`]: window.scope.id },
  starts_at: new Date(startMs).toISOString(),
  ends_at: new Date(startMs + window.durationMs).toISOString(),
  new_runs: window.newRuns,
});

/** What a window will do, from `nowMs` on. */
export const previewWindow = (
  window: Pick<PauseWindow, 'schedule' | 'timezone' | 'durationMs' | 'sinceMs' | 'drainLeadMs'>,
  nowMs: number,
  count: number,
) =>
  occurrences(window, nowMs, count).map(({ startMs, endMs }) => ({
    startMs,
    endMs,
    drainMs: startMs - window.drainLeadMs,
  }));
