import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { parseDestination } from '../model/outbound.ts';
import type { PauseWindow } from '../model/pause-window.ts';
import { checkRedirect } from '../model/scope-pause.ts';
import { checkScope } from './check-scope.ts';
import type { LifecycleDeps } from './deps.ts';
import { leaveOpen, previewWindow } from './pause-windows.ts';

export type WindowDefinition = Pick<
  PauseWindow,
  | 'name'
  | 'scope'
  | 'schedule'
  | 'timezone'
  | 'durationMs'
  | 'drainLeadMs'
  | 'notify'
  | 'resumeAfter'
  | 'newRuns'
  | 'redirectTo'
  | 'enabled'
>;

/** Create, read, change and delete pause windows. */
export type PauseWindows = ReturnType<typeof createPauseWindows>;

export const createPauseWindows = (deps: LifecycleDeps) => {
  const { storage, clock, newId } = deps;
  const find = async (windowId: string) => {
    const found = await storage.windows.get(windowId);
    if (!found) throw windowNotFound(windowId);
    return found;
  };
  const planned = (): void => storage.signals.publish({ kind: 'due' });
  return {
    list: async (): Promise<PauseWindow[]> => (await storage.windows.list()).map(({ window }) => window),
    /** @throws {HoldpointError} `window_not_found`. */
    get: async (windowId: string): Promise<PauseWindow> => (await find(windowId)).window,
    /** @throws {HoldpointError} as {@link checkScope}; `invalid_request`. */
    create: async (definition: WindowDefinition): Promise<PauseWindow> => {
      checkNotices(definition);
      checkRedirect(definition);
      await checkScope(storage, definition.scope);
      const at = isoTime(clock);
      const window: PauseWindow = {
        ...definition,
        ...fresh(deps),
        windowId: newId(),
        open: null,
        createdAt: at,
        updatedAt: at,
      };
      await storage.transaction((ledger) => ledger.windows.insert(window));
      planned();
      return window;
    },
    /** What is open stays open, until its new end. */
    patch: async (windowId: string, patch: Partial<WindowDefinition>): Promise<PauseWindow> => {
      checkNotices(patch);
      if (patch.scope) await checkScope(storage, patch.scope);
      for (;;) {
        const { window, version } = await find(windowId);
        const changed = changeWindow(deps, window, patch);
        checkRedirect(changed);
        if (!(await storage.transaction((ledger) => ledger.windows.update(changed, version)))) continue;
        planned();
        return changed;
      }
    },
    /** One that is open is left. */
    remove: async (windowId: string): Promise<void> => {
      const { window } = await find(windowId);
      await storage.transaction(async (ledger) => {
        await leaveOpen(deps, ledger, window);
        await ledger.windows.remove(windowId);
      }, EXCLUSIVE);
      storage.signals.publish({ kind: 'queue' });
      planned();
    },
    occurrences: async (windowId: string, count: number) =>
      previewWindow((await find(windowId)).window, clock.now(), count),
    /** What a window made now would do. */
    preview: (
      plan: Pick<PauseWindow, 'schedule' | 'timezone' | 'durationMs' | 'drainLeadMs'>,
      count: number,
    ) => previewWindow({ ...plan, ...fresh(deps) }, clock.now(), count),
  };
};

/** What is held back in scope is put back with nobody claiming meanwhile. */
const EXCLUSIVE = { exclusive: true };

/** A schedule begins when it is made: what it would have done before is not caught up. */
const fresh = ({ clock }: LifecycleDeps) => ({ sinceMs: clock.now(), lastStartMs: null, toldMs: [] });

const changeWindow = (
  deps: LifecycleDeps,
  window: PauseWindow,
  patch: Partial<WindowDefinition>,
): PauseWindow => {
  const rescheduled = patch.schedule !== undefined || patch.timezone !== undefined;
  const changed: PauseWindow = {
    ...window,
    ...patch,
    ...(rescheduled && fresh(deps)),
    ...(patch.notify && { toldMs: [] }),
    updatedAt: isoTime(deps.clock),
  };
  if (!window.open) return changed;
  return {
    ...changed,
    open: { ...window.open, endsMs: window.open.endsMs + changed.durationMs - window.durationMs },
  };
};

const checkNotices = ({ notify = [] }: Partial<WindowDefinition>): void => {
  for (const [place, { url }] of notify.entries()) parseDestination(url, `notify.${place}.url`);
};

const windowNotFound = (windowId: string): HoldpointError =>
  new HoldpointError('window_not_found', `No pause window has the id ${windowId}.`, {
    details: { window_id: windowId },
  });
