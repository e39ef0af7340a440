import { z } from 'zod';
import { HoldpointError } from '../../model/errors.ts';
import { encodeState } from '../../model/state-json.ts';
import { toldOf } from '../a2a/call.ts';
import { check } from '../bounds.ts';
import type { RequestFacts } from '../route.ts';
import type { ToolCall } from './call.ts';
import type { McpDeps } from './deps.ts';
import type { loadSdk } from './sdk.ts';
import { toolsFor, type McpTool } from './tools.ts';

interface ServerParts {
  sdk: Awaited<ReturnType<typeof loadSdk>>;
  deps: McpDeps;
  request: RequestFacts;
}

const INSTRUCTIONS =
  'Each agent of this server is a tool. A run that waits for a decision answers with its questions: show them to a person, and send what they say with decide.';

/** The protocol's server for one request: nothing of it is kept. */
export const createMcpServer = (parts: ServerParts) => {
  const { sdk, deps, request } = parts;
  const { types } = sdk;
  const server = new sdk.Server(
    { name: 'holdpoint', version: deps.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(types.ListToolsRequestSchema, async () => ({
    tools: (await available(parts)).map(present),
  }));
  server.setRequestHandler(types.CallToolRequestSchema, async ({ params }, extra) => {
    const found = (await available(parts)).find(({ name }) => name === params.name);
    if (!found) throw new types.McpError(types.ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const progressToken = params._meta?.progressToken;
    let steps = 0;
    const progress = async (message: string): Promise<void> => {
      if (progressToken === undefined) return;
      const told = { progressToken, progress: ++steps, message };
      await extra.sendNotification({ method: 'notifications/progress', params: told });
    };
    const signal = AbortSignal.any([extra.signal, request.signal]);
    return run(found, { deps, request, signal, progress }, params.arguments ?? {});
  });
  return server;
};

const present = ({ name, description, input, readOnly }: McpTool) => ({
  name,
  description,
  inputSchema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as { type: 'object' },
  annotations: { readOnlyHint: readOnly },
});

/** What there is to call. Nothing of what is not ours is told where that cannot be said. */
const available = async ({ sdk: { types }, deps, request }: ServerParts): Promise<McpTool[]> => {
  try {
    return await toolsFor(deps, request);
  } catch (error) {
    const { code, message, details } = toldOf({ deps, request }, error);
    throw new types.McpError(types.ErrorCode.InternalError, message, { code, ...details });
  }
};

/** What a tool refuses is its result: the model that called it is to read it. */
const run = async (found: McpTool, call: ToolCall, given: unknown) => {
  try {
    return asResult(await found.run(call, parse(found, given)));
  } catch (error) {
    const { code, message, details } = toldOf(call, error);
    return { ...asResult({ code, message, ...details }), isError: true };
  }
};

const asResult = (value: object) => {
  const text = encodeState(value);
  const structuredContent = JSON.parse(text) as Record<string, unknown>;
  return { content: [{ type: 'text' as const, text }], structuredContent };
};

const parse = ({ input }: McpTool, given: unknown): unknown => {
  const parsed = check(input, given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'arguments';
  throw new HoldpointError('invalid_request', `${field}: ${issue?.message ?? 'is not valid'}`, {
    details: { field },
  });
};
