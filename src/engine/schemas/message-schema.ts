/** A message as clients send and show it: the flat form of the wire. */
export const MESSAGE_SCHEMA = {
  type: 'object',
  title: 'Message',
  properties: {
    type: { type: 'string', enum: ['human', 'ai', 'system', 'tool', 'developer', 'function', 'remove'] },
    content: {
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object', additionalProperties: true } }],
    },
    id: { type: 'string' },
    name: { type: 'string' },
    tool_call_id: { type: 'string' },
    tool_calls: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, name: { type: 'string' }, args: { type: 'object' } },
        required: ['name', 'args'],
      },
    },
  },
  required: ['type', 'content'],
};

/** A list of messages, marked as LangGraph Studio looks for it. */
export const MESSAGES_SCHEMA = { type: 'array', items: MESSAGE_SCHEMA, langgraph_type: 'messages' };
