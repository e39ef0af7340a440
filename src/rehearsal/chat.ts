/** The part of OpenAI's chat-completions format that the rehearsal model reads. */
export interface ChatToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export interface ChatMessage {
  role: string;
  content?: unknown;
  tool_calls?: ChatToolCall[];
  tool_call_id?: string;
}

/** What a script sees of a request. The messages are in an order that OpenAI accepts. */
export interface ModelRequest {
  messages: ChatMessage[];
  /** Names of the tools the caller offers. */
  tools: string[];
  /** How often the assistant has spoken in `messages`. */
  turn: number;
}

export interface ScriptedCall {
  name: string;
  /** An object, or the raw text of the arguments for a model that gets its JSON wrong. */
  args: Record<string, unknown> | string;
  /** Made up when left out. */
  id?: string;
}

/** One turn of the model. */
export interface Reply {
  text?: string;
  toolCalls?: ScriptedCall[];
  /** Waits before it answers. */
  delayMs?: number;
  /** Answers with this HTTP error instead, `text` being its message. */
  status?: number;
}

/**
 * What the model says: a list gives the reply of each turn in order, a function derives it from the messages.
 * Either way the turn follows from the messages alone, so a restart changes nothing.
 */
export type Script = readonly Reply[] | ((request: ModelRequest) => Reply | Promise<Reply>);

/** The text of a message, whether its content is a string or a list of parts. */
export const textOf = (message: ChatMessage | undefined): string => {
  const content = message?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? part.text
        : '',
    )
    .join('');
};
