import { DECISION_TYPES } from 'holdpoint/gates';
import { z } from 'zod';

/** The tools there are; an assistant may be given fewer. */
export const TOOL_NAMES = [
  'read_file',
  'list_files',
  'write_file',
  'http_request',
  'send_email',
  'remember',
  'recall',
] as const;

const Hold = z.enum(['always', 'never']).describe('Whether a person decides each call.');

const Rule = z.strictObject({
  hold: Hold.optional(),
  decisions: z.array(z.enum(DECISION_TYPES)).min(1).optional().describe('What the person may decide.'),
  description: z.string().optional().describe('What the person reads above the arguments.'),
});

/** A tool of this graph, or one of an MCP server. */
const PolicyKey = z.union([z.enum(TOOL_NAMES), z.string().regex(/^[A-Za-z0-9_-]+?__.+$/)]);

/** What makes one assistant of this graph differ from another: its `context`. Everything is optional. */
export const AgentContext = z.object({
  model: z.string().min(1).optional().describe('Name of the chat model.'),
  instructions: z.string().optional().describe('What this assistant is told beside the general part.'),
  tools: z.array(z.enum(TOOL_NAMES)).optional().describe('The tools it has. All of them when left out.'),
  policy: z
    .record(PolicyKey, z.union([Hold, Rule]))
    .optional()
    .describe('By tool: whether its calls are held. What is not named here goes by the default.'),
  mcp_servers: z
    .array(z.string().min(1))
    .optional()
    .describe('Names of MCP servers of HOLDPOINT_MCP_SERVERS whose tools it has, too. Their calls are held.'),
});

export type AgentContext = z.infer<typeof AgentContext>;

/**
 * The context of this run; when the caller gives none, that with which the thread went on so far: an answer to a
 * question is judged by the policy that asked it.
 * @throws when the context has a key or a value that this agent does not know: a mistyped policy is no policy.
 */
export const settingsOf = (context: unknown, earlier: AgentContext | undefined): AgentContext => {
  const given = typeof context === 'object' && context !== null && Object.keys(context).length > 0;
  return given ? AgentContext.strict().parse(context) : (earlier ?? {});
};
