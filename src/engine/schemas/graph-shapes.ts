import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { GraphSource } from '../graph-registry.ts';
import type { ReloadableRegistry } from '../reloadable-registry.ts';
import type { GraphReads } from '../graph-reads.ts';
import { toGraphShape, type GraphShape, type Shapes } from './graph-shape.ts';
import { createTypesReader, type TypesReader } from './types-question.ts';

/** Changes when another answer comes of the same sources. */
const EDITION = 1;
/** A compiler that takes longer is not waited for; one that nobody waits for may take longer. */
const DEADLINE_MS = 60_000;
const AHEAD_DEADLINE_MS = 600_000;

interface GraphShapesDeps {
  graphs: Pick<ReloadableRegistry, 'module' | 'sources'>;
  reads: Pick<GraphReads, 'shape'>;
  /** Where answers are kept; may be deleted at any time. */
  folder: string;
  log: Pick<Logger, 'warn'>;
  deadlineMs?: number;
}

export interface GraphShapes {
  /**
   * JSON Schemas of a graph: what it declares (zod, `StateSchema`), else what the types of its source say
   * (`Annotation`), else the names of its channels. The types are read once for the same sources, also over restarts.
   * @throws as `GraphReads` does.
   */
  of(graphId: string, config?: Record<string, unknown>): Promise<GraphShape>;
  /**
   * Reads the types of all graphs that were not read before, so that whoever asks for them does not wait. Loads no
   * graph. What cannot be read is logged.
   */
  readAhead(): Promise<void>;
  /** Ends what is being read. */
  close(): void;
}

export const createGraphShapes = ({
  graphs,
  reads,
  folder,
  log,
  deadlineMs = DEADLINE_MS,
}: GraphShapesDeps): GraphShapes => {
  const known = new Map<string, Promise<Shapes>>();
  const asked = createTypesReader({ deadlineMs, low: false });
  const ahead = createTypesReader({ deadlineMs: AHEAD_DEADLINE_MS, low: true });
  let closed = false;
  const complain = createComplaint(log);
  const readAnew = async (reader: TypesReader, source: GraphSource, file: string) => {
    try {
      const shapes = await reader.ask(source);
      await keep(file, shapes);
      known.set(file, Promise.resolve(shapes));
      return shapes;
    } catch (error) {
      if (!closed) complain(source, error);
      return undefined;
    }
  };
  /** What failed, or took too long, is read once more: nobody waits for that, and it may take longer. */
  const readForNow = async (source: GraphSource, file: string): Promise<Shapes> => {
    const shapes = await readAnew(asked, source, file);
    if (!shapes && !closed) void readAnew(ahead, source, file);
    return shapes ?? {};
  };
  const fileOf = (source: GraphSource, code: string): string => join(folder, nameOf(source, code));
  const typesOf = (source: GraphSource, code: string): Promise<Shapes> => {
    const file = fileOf(source, code);
    const answer = known.get(file) ?? stored(file).then((shapes) => shapes ?? readForNow(source, file));
    known.set(file, answer);
    return answer;
  };
  const typed = async (graphId: string): Promise<Shapes> => {
    const source = graphs.sources()[graphId];
    return source ? typesOf(source, (await graphs.module(graphId)).code.sha256) : {};
  };
  return {
    of: async (graphId, config) => {
      const { shapes: declared, channels } = await reads.shape({ graphId, config });
      const shapes = declared.state ? declared : { ...(await typed(graphId)), ...given(declared) };
      return toGraphShape(graphId, shapes, channels);
    },
    readAhead: async () => {
      for (const source of Object.values(graphs.sources())) {
        if (closed) return;
        const code = await codeOf(source);
        const file = code === undefined ? undefined : fileOf(source, code);
        if (file !== undefined && !(await stored(file))) await readAnew(ahead, source, file);
      }
    },
    close: () => {
      closed = true;
      asked.close();
      ahead.close();
    },
  };
};

/** Once for each reason: a compiler that is not there is missing for every graph. */
const createComplaint = (log: GraphShapesDeps['log']) => {
  const said = new Set<string>();
  return ({ file }: GraphSource, error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    if (!said.has(why)) log.warn({ why, file }, 'the types of a graph cannot be read for its schemas');
    said.add(why);
  };
};

/** Nothing when it cannot be read: whoever uses the graph is told. */
const codeOf = async ({ file }: GraphSource): Promise<string | undefined> => {
  try {
    return fingerprintOf(file, null).sha256;
  } catch {
    return undefined;
  }
};

const given = (shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([, shape]) => shape !== undefined));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const nameOf = ({ file, exportName }: GraphSource, code: string): string =>
  `${sha256(JSON.stringify([EDITION, code, file, exportName]))}.json`;

/** What is not there, or is no JSON, is read anew. */
const stored = async (file: string): Promise<Shapes | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Shapes;
  } catch {
    return undefined;
  }
};

/** Whole or not at all. */
const keep = async (file: string, shapes: Shapes): Promise<void> => {
  await mkdir(join(file, '..'), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(shapes));
  await rename(draft, file);
};
