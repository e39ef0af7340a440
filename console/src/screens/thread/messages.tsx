import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { isRecord } from '../../api/errors.ts';
import type { Spoken } from '../../api/follow-speech.ts';
import { Markdown } from '../../parts/markdown.tsx';
import { textOf } from '../../parts/message-text.ts';
import classes from './thread.module.css';

const NAMES: Record<string, string> = { human: 'Person', ai: 'Agent', tool: 'Tool', system: 'System' };

/** More are drawn when somebody asks for them. */
const SHOWN = 40;

/** The conversation so far, and what is being said. */
export const Messages = ({ messages, spoken }: { messages: unknown[]; spoken: Spoken[] }) => {
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
      {spoken.map((each) => (
        <Speech key={each.id} spoken={each} />
      ))}
    </Stack>
  );
};

/** A message that is not complete yet. Nobody is read each word of it: it is told when it is there. */
const Speech = ({ spoken: { text, calls } }: { spoken: Spoken }) => (
  <div className={classes['message']} data-by="ai" data-speaking aria-busy="true">
    <Group gap={6} mb={4}>
      <Text size="xs" fw={650} className="hp-soft">
        Agent, speaking
      </Text>
      <span className={classes['speaking']} aria-hidden />
    </Group>
    {text !== '' && <Markdown text={text} />}
    {calls.map(({ name, args }, index) => (
      <pre key={index} className={`${classes['call']} hp-text`}>
        {name} {args}
      </pre>
    ))}
  </div>
);

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
