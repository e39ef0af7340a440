import type { IncomingHttpHeaders } from 'node:http';
import type { Assistant } from '../../model/assistant.ts';
import { ownUrl } from '../own-url.ts';
import { PAUSE_EXTENSION } from './extension.ts';

interface CardOf {
  assistant: Assistant;
  version: string;
  headers: IncomingHttpHeaders;
}

/** What an assistant says of itself, in the protocol's JSON: the same address speaks 1.0 and 0.3. */
export const agentCard = ({ assistant, version, headers }: CardOf) => {
  const url = `${ownUrl(headers)}/a2a/${assistant.assistantId}`;
  const at = (protocolVersion: string) => ({
    url,
    protocolBinding: 'JSONRPC',
    tenant: '',
    protocolVersion,
  });
  const description = assistant.description ?? `The assistant "${assistant.name}".`;
  return {
    name: assistant.name,
    description,
    version: `${version}+${assistant.version}`,
    supportedInterfaces: [at('1.0'), at('0.3')],
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extensions: [
        {
          uri: PAUSE_EXTENSION,
          description:
            'tasks/pause and tasks/resume: a task is suspended at a safe boundary and goes on later.',
          required: false,
          params: {},
        },
      ],
      extendedAgentCard: true,
    },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain', 'application/json'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: [
      {
        id: assistant.graphId,
        name: assistant.name,
        description,
        tags: [assistant.graphId],
        examples: [],
        inputModes: ['text/plain', 'application/json'],
        outputModes: ['text/plain', 'application/json'],
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
};
