import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { GraphReads } from '../engine/graph-reads.ts';
import type { ReloadableRegistry } from '../engine/reloadable-registry.ts';
import { createGraphShapes } from '../engine/schemas/graph-shapes.ts';
import type { Logger } from '../telemetry/logger.ts';

interface SchemaParts {
  graphs: ReloadableRegistry;
  reads: GraphReads;
  settings: Settings;
  log: Logger;
}

/** The schemas of graphs, kept in the data folder; from `open` on they are read ahead, where that is set. */
export const openSchemas = ({ graphs, reads, settings, log }: SchemaParts) => {
  const shapes = createGraphShapes({ graphs, reads, folder: join(settings.dataDir, 'schemas'), log });
  return {
    ...shapes,
    open: (): void => {
      if (settings.schemasAhead === 'yes') void shapes.readAhead();
    },
  };
};
