import { createStore } from '../api/store.ts';

/** What the emergency stop is to be about first; it can be widened in the dialog. */
export interface StopTarget {
  threadId?: string | undefined;
  agent?: { id: string; name: string } | undefined;
}

/** Dialogs that any screen may open. */
export const stopDialog = createStore<StopTarget | null>(null);
export const helpDialog = createStore(false);
export const identityDialog = createStore(false);

export const paletteWanted = createStore(false);

/** The thread or agent the screen in front is about. */
export const inFront = createStore<StopTarget>({});
