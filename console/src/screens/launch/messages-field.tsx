import { ActionIcon, Button, Group, NativeSelect, Stack, Textarea } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { ROLES, type WrittenMessage } from './input-shape.ts';
import classes from './launch.module.css';

interface Props {
  messages: WrittenMessage[];
  onChange: (messages: WrittenMessage[]) => void;
}

/** What is said to the agent: one message by default, more where a conversation is to begin with more. */
export const MessagesField = ({ messages, onChange }: Props) => {
  const shown = messages.length === 0 ? [{ role: 'user' as const, content: '' }] : messages;
  const change = (place: number, changes: Partial<WrittenMessage>): void =>
    onChange(shown.map((message, at) => (at === place ? { ...message, ...changes } : message)));
  return (
    <Stack gap="sm" role="group" aria-label="Messages">
      {shown.map((message, place) => (
        <Message
          key={place}
          message={message}
          label={shown.length === 1 ? 'Message' : `Message ${place + 1}`}
          onChange={(changes) => change(place, changes)}
          onRemove={shown.length === 1 ? undefined : () => onChange(shown.filter((_one, at) => at !== place))}
        />
      ))}
      <Button
        variant="subtle"
        size="xs"
        leftSection={<IconPlus size={14} aria-hidden />}
        className={classes['add']}
        onClick={() => onChange([...shown, { role: 'user', content: '' }])}
      >
        Add a message
      </Button>
    </Stack>
  );
};

interface MessageProps {
  message: WrittenMessage;
  label: string;
  onChange: (changes: Partial<WrittenMessage>) => void;
  onRemove: (() => void) | undefined;
}

const Message = ({ message, label, onChange, onRemove }: MessageProps) => (
  <div className={classes['message']}>
    <Group gap="xs" className={classes['from']}>
      <NativeSelect
        size="xs"
        aria-label={`${label}: from`}
        data={[...ROLES]}
        value={message.role}
        onChange={({ currentTarget }) => onChange({ role: currentTarget.value as WrittenMessage['role'] })}
      />
      {onRemove && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove ${label.toLowerCase()}`}
          onClick={onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </Group>
    <Textarea
      label={label}
      autosize
      minRows={3}
      maxRows={16}
      value={message.content}
      onChange={({ currentTarget }) => onChange({ content: currentTarget.value })}
    />
  </div>
);
