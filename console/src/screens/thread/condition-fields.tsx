import { Group, NativeSelect, TextInput } from '@mantine/core';
import { toString as cronWords } from 'cronstrue';

export interface ConditionDraft {
  type: 'manual' | 'webhook' | 'event' | 'at' | 'cron';
  /** The event, the time or the schedule. */
  text: string;
}

export const NO_CONDITION: ConditionDraft = { type: 'manual', text: '' };

/** What the draft says; null for by hand only, undefined while it is not complete. */
export const conditionOf = ({ type, text }: ConditionDraft): Record<string, unknown> | null | undefined => {
  const said = text.trim();
  if (type === 'manual') return null;
  if (type === 'webhook') return { type, ...(said !== '' && { event: said }) };
  if (said === '') return undefined;
  if (type === 'event') return { type, event: said };
  if (type === 'at')
    return Number.isNaN(Date.parse(said)) ? undefined : { type, at: new Date(said).toISOString() };
  return { type, schedule: said, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
};

const TYPES = [
  { value: 'manual', label: 'Only when a person resumes it' },
  { value: 'webhook', label: 'When its webhook is called' },
  { value: 'event', label: 'When an event comes' },
  { value: 'at', label: 'At a time' },
  { value: 'cron', label: 'At the next time of a schedule' },
];

const FIELDS = {
  webhook: { label: 'Event (optional)', placeholder: 'redis_ready', type: 'text' },
  event: { label: 'Event', placeholder: 'deployed', type: 'text' },
  at: { label: 'When', placeholder: '', type: 'datetime-local' },
  cron: { label: 'Schedule', placeholder: '0 9 * * 1-5', type: 'text' },
};

/** When the thread goes on. A person can always resume it. */
export const ConditionFields = ({
  value,
  onChange,
}: {
  value: ConditionDraft;
  onChange: (draft: ConditionDraft) => void;
}) => (
  <Group grow align="flex-start">
    <NativeSelect
      label="Goes on"
      data={TYPES}
      value={value.type}
      onChange={({ currentTarget }) =>
        onChange({ type: currentTarget.value as ConditionDraft['type'], text: '' })
      }
    />
    {value.type !== 'manual' && (
      <TextInput
        {...FIELDS[value.type]}
        required={value.type !== 'webhook'}
        value={value.text}
        description={value.type === 'cron' ? scheduleWords(value.text) : undefined}
        onChange={({ currentTarget }) => onChange({ ...value, text: currentTarget.value })}
      />
    )}
  </Group>
);

const scheduleWords = (schedule: string): string => {
  try {
    return schedule.trim() === '' ? 'Minute, hour, day, month, weekday' : cronWords(schedule);
  } catch {
    return 'Not a schedule yet';
  }
};
