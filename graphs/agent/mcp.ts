import { readFileSync } from 'node:fs';
import type { StructuredToolInterface } from '@langchain/core/tools';
import { z } from 'zod';

const Server = z.union([
  z.object({
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).optional(),
    cwd: z.string().optional(),
  }),
  z.object({ url: z.url(), headers: z.record(z.string(), z.string()).optional() }),
]);

const Servers = z.record(z.string().regex(/^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*$/), Server);

type Servers = z.output<typeof Servers>;

/** Between the name of a server and that of its tool. */
export const MCP_SEPARATOR = '__';

/** How long the list of a server's tools is taken to be still so. */
const LIST_MS = 60_000;

/** The servers that this agent may be given: JSON, or a file of it. Only the environment says what may be run or called. */
const configured = (): Servers => {
  const { HOLDPOINT_MCP_SERVERS: said } = process.env;
  if (!said) return {};
  try {
    const text = said.trimStart().startsWith('{') ? said : readFileSync(said, 'utf8');
    const given = JSON.parse(text) as Record<string, unknown>;
    return Servers.parse(given['mcpServers'] ?? given);
  } catch (error) {
    throw unusable(error);
  }
};

/** Says which setting it is. Values are not repeated: they may be secrets. */
const unusable = (error: unknown): Error => {
  const { code, path } = error as NodeJS.ErrnoException;
  const why =
    error instanceof z.ZodError
      ? z.prettifyError(error)
      : code
        ? `${path ?? 'the file'} cannot be read (${code})`
        : 'it is no JSON';
  return new Error(`HOLDPOINT_MCP_SERVERS cannot be used: ${why}`);
};

const chosen = (names: readonly string[]): Servers => {
  const all = configured();
  const missing = names.filter((name) => !Object.hasOwn(all, name));
  if (missing.length > 0)
    throw new Error(`HOLDPOINT_MCP_SERVERS has no ${missing.join(', ')}: an assistant is to use it.`);
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Servers;
};

/**
 * Lends the tools of these servers for as long as `work` takes. The connections end with it, so a run that waits
 * holds none.
 * @throws when a server is not configured, or cannot be reached.
 */
export const withMcpTools = async <T>(
  names: readonly string[],
  work: (tools: StructuredToolInterface[]) => Promise<T>,
): Promise<T> => {
  if (names.length === 0) return work([]);
  const { MultiServerMCPClient } = await import('@langchain/mcp-adapters');
  const client = new MultiServerMCPClient({
    mcpServers: chosen(names) as never,
    prefixToolNameWithServerName: true,
    additionalToolNamePrefix: '',
    throwOnLoadError: true,
  });
  try {
    return await work(await client.getTools());
  } finally {
    await client.close();
  }
};

interface Listed {
  until: number;
  tools: Promise<StructuredToolInterface[]>;
}

const lists = new Map<string, Listed>();

/** What the tools of these servers are called and take, for the model; they are not connected. */
export const listMcpTools = async (names: readonly string[]): Promise<StructuredToolInterface[]> => {
  const key = JSON.stringify([names, names.length > 0 && chosen(names)]);
  const known = lists.get(key);
  if (known && known.until > Date.now()) return known.tools;
  const tools = withMcpTools(names, (found) => Promise.resolve(found));
  lists.set(key, { until: Date.now() + LIST_MS, tools });
  tools.catch(() => lists.delete(key));
  return tools;
};
