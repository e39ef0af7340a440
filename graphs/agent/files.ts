import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import { listNames, readText, writeText } from './workspace.ts';

const path = z
  .string()
  .describe('Path relative to the workspace folder, for example notes.md or drafts/a.md');

export const readFile = tool(async (input) => readText(input.path), {
  name: 'read_file',
  description: 'Read a text file of the workspace.',
  schema: z.object({ path }),
});

export const listFiles = tool(
  async (input) => {
    const names = await listNames(input.path ?? '.');
    return names.length === 0 ? 'The folder is empty.' : names.join('\n');
  },
  {
    name: 'list_files',
    description: 'List a folder of the workspace. Folders end in a slash.',
    schema: z.object({ path: path.optional() }),
  },
);

export const writeFile = tool(
  async (input) => {
    await writeText(input.path, input.content);
    return `Wrote ${Buffer.byteLength(input.content)} bytes to ${input.path}.`;
  },
  {
    name: 'write_file',
    description: 'Write a text file of the workspace, replacing what was there. A person approves each call.',
    schema: z.object({ path, content: z.string().describe('The whole text of the file') }),
  },
);
