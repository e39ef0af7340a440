import { readLanggraphConfig } from '../config/langgraph-config.ts';
import type { Settings } from '../config/settings.ts';
import type { Reloaded, ReloadableRegistry } from '../engine/reloadable-registry.ts';
import type { Assistants } from '../resources/assistants.ts';
import type { Workers } from '../worker/workers.ts';

interface ReloadParts {
  graphs: ReloadableRegistry;
  assistants: Pick<Assistants, 'ensureSystem'>;
  workers: Workers;
  settings: Settings;
}

export interface Reloading {
  /** What cannot be loaded, by graph. */
  brokenGraphs(): Promise<Record<string, Error>>;
  /**
   * Reads the graphs of `langgraph.json` anew and replaces the workers: what runs is brought to the end of its step
   * and goes on in a new one. When a graph that was fine is broken now, nothing is replaced.
   */
  reload(): Promise<Reloaded>;
}

export const createReload = ({ graphs, assistants, workers, settings }: ReloadParts): Reloading => ({
  brokenGraphs: () => graphs.preload(),
  reload: async () => {
    const reloaded = await graphs.reload(readLanggraphConfig(settings.config).graphs);
    if (!reloaded.taken) return reloaded;
    await assistants.ensureSystem();
    await workers.replace(settings.drainTimeoutMs);
    return reloaded;
  },
});
