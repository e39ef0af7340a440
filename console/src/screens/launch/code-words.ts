import { apiKey } from '../../api/identity.ts';
import { runBody, type LaunchInput } from '../../api/launch.ts';

/** A text as one word of a POSIX shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The launch as a command. A key is named, never shown. */
export const asCurl = (asked: LaunchInput, origin: string): string => {
  const path = asked.threadId === undefined ? '/runs' : `/threads/${asked.threadId}/runs`;
  const key = apiKey.get() === '' ? '' : ` \\\n  -H "x-api-key: $HOLDPOINT_KEY"`;
  const body = JSON.stringify(bodyFor(asked), null, 2);
  return `curl -s ${origin}${path}${key} \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(body)}`;
};

/** A run that names no thread keeps the one it makes, as the console's does. */
const bodyFor = (asked: LaunchInput) => {
  const { if_not_exists: create, ...body } = runBody(asked);
  return asked.threadId === undefined
    ? { ...body, on_completion: 'keep' }
    : { ...body, if_not_exists: create };
};

/** The launch with the SDK of LangGraph. */
export const asSdk = (asked: LaunchInput, origin: string): string => {
  const { assistant_id: agent, multitask_strategy: strategy, ...body } = runBody(asked);
  const { input, stream_mode: streamMode, config, context } = body;
  const payload = {
    input,
    streamMode,
    ...(config && { config }),
    ...(context !== undefined && { context }),
    ...(strategy && { multitaskStrategy: strategy }),
  };
  const key = apiKey.get() === '' ? '' : ', apiKey: process.env.HOLDPOINT_KEY';
  const thread =
    asked.threadId === undefined
      ? 'const { thread_id: threadId } = await client.threads.create();'
      : `const threadId = ${JSON.stringify(asked.threadId)};`;
  return [
    `import { Client } from '@langchain/langgraph-sdk';`,
    '',
    `const client = new Client({ apiUrl: ${JSON.stringify(origin)}${key} });`,
    thread,
    `const run = await client.runs.create(threadId, ${JSON.stringify(agent)}, ${JSON.stringify(payload, null, 2)});`,
  ].join('\n');
};
