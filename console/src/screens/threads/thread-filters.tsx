import { Group, Kbd, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Overview, ThreadGroup, ThreadSearch } from '../../api/queries.ts';
import { useKeys } from '../../keys/keys.ts';
import classes from './threads.module.css';

const CHIPS: { group: ThreadGroup | undefined; label: string }[] = [
  { group: undefined, label: 'All' },
  { group: 'running', label: 'Running' },
  { group: 'needs_you', label: 'Needs you' },
  { group: 'paused', label: 'Paused' },
  { group: 'scheduled', label: 'Scheduled' },
  { group: 'done', label: 'Done' },
  { group: 'failed', label: 'Failed' },
];

interface Props {
  search: ThreadSearch;
  counts: Overview | undefined;
  onChange: (changes: Partial<ThreadSearch>) => void;
}

/** Chips with how many there are of each kind, and a field to look for one. */
export const ThreadFilters = ({ search, counts, onChange }: Props) => (
  <Group justify="space-between" gap="sm">
    <Group gap={6} role="group" aria-label="Show">
      {CHIPS.map(({ group, label }) => (
        <button
          key={label}
          type="button"
          className={classes['chip']}
          data-group={group}
          aria-pressed={search.group === group}
          onClick={() => onChange({ group })}
        >
          {label}
          {counts && <span className={classes['number']}>{countOf(counts, group).toLocaleString()}</span>}
        </button>
      ))}
    </Group>
    <FilterField value={search.q ?? ''} onChange={(q) => onChange({ q: q === '' ? undefined : q })} />
  </Group>
);

const countOf = (counts: Overview, group: ThreadGroup | undefined): number =>
  group === undefined ? counts.threads : (counts.groups[group] ?? 0);

const FilterField = ({ value, onChange }: { value: string; onChange: (q: string) => void }) => {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onChange, 200);
  // What is being typed keeps its spaces.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  useKeys([{ keys: '/', label: 'Filter', group: 'Lists', run: () => field.current?.focus() }]);
  return (
    <TextInput
      ref={field}
      className={classes['field']}
      aria-label="Filter by thread id, graph or reason"
      placeholder="Thread id, graph or reason"
      leftSection={<IconSearch size={16} />}
      rightSection={text === '' ? <Kbd size="xs">/</Kbd> : undefined}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        send(currentTarget.value.trim());
      }}
      onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
    />
  );
};
