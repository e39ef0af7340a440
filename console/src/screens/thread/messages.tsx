import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { isRecord } from '../../api/errors.ts';
import { Markdown } from '../../parts/markdown.tsx';
import { textOf } from '../../parts/message-text.ts';
import classes from './thread.module.css';

const NAMES: Record<string, string> = { human: 'Person', ai: 'Agent', tool: 'Tool', system: 'System' };

/** More are drawn when somebody asks for them. */
const SHOWN = 40;

/** The conversation so far. */
export const Messages = ({ messages }: { messages: unknown[] }) => {
  const [all, setAll] = useState(false);
  const shown = all ? messages : messages.slice(-SHOWN);
  return (
    <Stack gap="sm">
      {shown.length < messages.length && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          Show {messages.length - shown.length} earlier messages
        </Button>
      )}
      {shown.filter(isRecord).map((message, index) => (
        <Message key={typeof message['id'] === 'string' ? message['id'] : index} message={message} />
      ))}
    </Stack>
  );
};

const Message = ({ message }: { message: Record<string, unknown> }) => {
  const by = typeof message['type'] === 'string' ? message['type'] : '';
  const text = textOf(message['content']);
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'].filter(isRecord) : [];
  return (
    <div className={classes['message']} data-by={by}>
      <Group gap={6} mb={4}>
        <Text size="xs" fw={650} className="hp-soft">
          {NAMES[by] ?? by}
        </Text>
        {typeof message['name'] === 'string' && <Code>{message['name']}</Code>}
      </Group>
      {text !== '' &&
        (by === 'tool' ? <div className="hp-text">{text.slice(0, 20_000)}</div> : <Markdown text={text} />)}
      {calls.map((call, index) => (
        <pre key={index} className={`${classes['call']} hp-text`}>
          {String(call['name'])} {JSON.stringify(call['args'], null, 2)}
        </pre>
      ))}
    </div>
  );
};
