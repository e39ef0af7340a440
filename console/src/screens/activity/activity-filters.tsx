import { MultiSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type { ActivitySearch } from '../../api/queries.ts';
import { useKeys } from '../../keys/keys.ts';
import classes from './activity.module.css';
import { isKind, KINDS } from './kinds.ts';

interface Props {
  search: ActivitySearch;
  onChange: (changes: Partial<ActivitySearch>) => void;
}

const OPTIONS = Object.entries(KINDS)
  .map(([value, { label }]) => ({ value, label }))
  .toSorted((a, b) => a.label.localeCompare(b.label));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Which lines: what happened, who did it, on which thread, from when to when. */
export const ActivityFilters = ({ search, onChange }: Props) => {
  const kinds = search.kind?.split(',') ?? [];
  const options = [
    ...OPTIONS,
    ...kinds.filter((kind) => !isKind(kind)).map((kind) => ({ value: kind, label: kind })),
  ];
  return (
    <div className={classes['filters']} role="group" aria-label="Show">
      <MultiSelect
        label="What"
        placeholder={kinds.length === 0 ? 'Everything' : undefined}
        data={options}
        value={kinds}
        onChange={(next) => onChange({ kind: next.length === 0 ? undefined : next.join(',') })}
        searchable
        clearable
      />
      <TextFilter
        label="Who"
        value={search.actor ?? ''}
        onChange={(actor) => onChange({ actor: actor || undefined })}
      />
      <TextFilter
        label="Thread id"
        value={search.thread_id ?? ''}
        onChange={(id) => onChange({ thread_id: id || undefined })}
        problem={(text) => (text === '' || UUID.test(text) ? undefined : 'The whole id, please')}
        mono
      />
      <TimeFilter label="From" value={search.since} onChange={(since) => onChange({ since })} />
      <TimeFilter label="Until" value={search.until} onChange={(until) => onChange({ until })} />
    </div>
  );
};

interface TextProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  problem?: (text: string) => string | undefined;
  mono?: boolean;
}

const TYPING_MS = 250;

const TextFilter = ({ label, value, onChange, problem, mono = false }: TextProps) => {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onChange, TYPING_MS);
  // What is being typed keeps its spaces.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  useKeys(
    label === 'Who'
      ? [{ keys: '/', label: 'Filter', group: 'Lists', run: () => field.current?.focus() }]
      : [],
  );
  const wrong = problem?.(text.trim());
  return (
    <TextInput
      ref={field}
      label={label}
      classNames={mono ? { input: 'hp-mono' } : {}}
      error={wrong}
      maxLength={200}
      value={text}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value.trim();
        setText(currentTarget.value);
        if (problem?.(next) === undefined) send(next);
      }}
    />
  );
};

interface TimeProps {
  label: string;
  value: string | undefined;
  onChange: (at: string | undefined) => void;
}

/**
 * The browser's own field for a time, in the reader's time zone; the address holds it in UTC. It is sent when the field is
 * left or with Enter: half of a year is one, too.
 */
const TimeFilter = ({ label, value, onChange }: TimeProps) => {
  const known = value === undefined ? '' : toLocal(value);
  const [text, setText] = useState(known);
  useEffect(() => setText(known), [known]);
  const send = (): void => {
    const at = new Date(text);
    if (text !== known) onChange(Number.isNaN(at.getTime()) ? undefined : at.toISOString());
  };
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={send}
      onKeyDown={({ key }) => key === 'Enter' && send()}
    />
  );
};

const toLocal = (at: string): string => {
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return Number.isNaN(local.getTime()) ? '' : local.toISOString().slice(0, 16);
};
