import { ActionIcon, Button, NumberInput, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import classes from './control.module.css';
import type { Notice } from './window-draft.ts';

interface Props {
  notices: Notice[];
  onChange: (notices: Notice[]) => void;
}

const MOST = 20;

/** Who is told before the window starts. */
export const NoticeFields = ({ notices, onChange }: Props) => {
  const change = (place: number, changes: Partial<Notice>): void =>
    onChange(notices.map((notice, at) => (at === place ? { ...notice, ...changes } : notice)));
  return (
    <Stack gap="xs">
      {notices.map((notice, place) => (
        <div key={place} className={classes['notice']}>
          <TextInput
            label="Tell this address"
            placeholder="https://"
            value={notice.url}
            onChange={({ currentTarget }) => change(place, { url: currentTarget.value })}
          />
          <NumberInput
            label="Min. before"
            min={0}
            value={notice.minutes}
            onChange={(minutes) => change(place, { minutes })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label="Do not tell this address"
            onClick={() => onChange(notices.filter((_one, at) => at !== place))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {notices.length < MOST && (
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...notices, { url: '', minutes: 30 }])}
        >
          Tell somebody before
        </Button>
      )}
    </Stack>
  );
};
