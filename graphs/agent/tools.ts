import type { StructuredToolInterface } from '@langchain/core/tools';
import type { ApprovalOptions, ToolArgs, ToolRule } from 'holdpoint/gates';
import { type AgentContext, TOOL_NAMES } from './context.ts';
import { isReading } from './exchange.ts';
import { listFiles, readFile, writeFile } from './files.ts';
import { sendEmail } from './mail.ts';
import { recall, remember } from './memory.ts';
import { httpRequest } from './web.ts';

type ToolName = (typeof TOOL_NAMES)[number];

const tools: Record<ToolName, StructuredToolInterface> = {
  read_file: readFile,
  list_files: listFiles,
  write_file: writeFile,
  http_request: httpRequest,
  send_email: sendEmail,
  remember,
  recall,
};

const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** Reading passes; writing waits for a person. Every tool is named, by its type. */
const DEFAULT_POLICY: Record<ToolName, ToolRule> = {
  read_file: { effect: 'read' },
  list_files: { effect: 'read' },
  write_file: {
    effect: 'reversible',
    description: ({ path }: ToolArgs) =>
      `Write the file ${text(path)} in the workspace, replacing what was there.`,
  },
  http_request: {
    effect: 'irreversible',
    hold: (args) => !isReading(args['method']),
    description: ({ method, url }: ToolArgs) => `Send a ${text(method)} request to ${text(url)}.`,
  },
  send_email: {
    effect: 'irreversible',
    description: ({ to, subject }: ToolArgs) => `Send the mail "${text(subject)}" to ${text(to)}.`,
  },
  remember: { effect: 'reversible', hold: 'never' },
  recall: { effect: 'read' },
};

/** What a server says of its own tools is not believed: each call is held. */
const MCP_POLICY: ToolRule = { effect: 'irreversible', hold: 'always' };

const isOwn = (name: string): name is ToolName => Object.hasOwn(DEFAULT_POLICY, name);

/** The tools of an assistant, in a fixed order. */
export const toolsFor = ({ tools: names }: AgentContext): StructuredToolInterface[] =>
  TOOL_NAMES.filter((name) => names?.includes(name) ?? true).map((name) => tools[name]);

/**
 * The policy of an assistant: the default, with what its context says otherwise. Nobody is asked about a tool that
 * there is not: it cannot run, and the model is told so.
 */
export const approvalFor = ({ policy = {} }: AgentContext, mcpTools: readonly string[]): ApprovalOptions => ({
  otherwise: 'never',
  policy: Object.fromEntries(
    [...TOOL_NAMES, ...mcpTools].map((name) => {
      const own = policy[name] ?? {};
      const said = typeof own === 'string' ? { hold: own } : own;
      return [name, { ...(isOwn(name) ? DEFAULT_POLICY[name] : MCP_POLICY), ...(said as ToolRule) }];
    }),
  ),
});
