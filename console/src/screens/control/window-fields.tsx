import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { asApiError } from '../../api/errors.ts';
import { agentsQuery } from '../../api/queries.ts';
import classes from './control.module.css';
import { NoticeFields } from './notice-fields.tsx';
import { ownTimeZone, scheduleWords, timeZones } from './schedule-words.ts';
import type { WindowDraft } from './window-draft.ts';

interface Props {
  draft: WindowDraft;
  /** What is wrong with the schedule. */
  problem: unknown;
  onChange: (changes: Partial<WindowDraft>) => void;
}

export const WindowFields = ({ draft, problem, onChange }: Props) => {
  const agents = useQuery(agentsQuery()).data?.items ?? [];
  const named = agents.map(({ assistant_id: id, name }) => ({ id, name }));
  return (
    <>
      <div className={classes['pair']}>
        <TextInput
          label="Name"
          required
          data-autofocus
          maxLength={200}
          value={draft.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
        <ScopeSelect draft={draft} agents={agents} onChange={onChange} />
      </div>
      <ScheduleFields draft={draft} problem={problem} onChange={onChange} />
      <NewRunsFields draft={draft} agents={named} onChange={onChange} />
      <Checkbox
        label="What it paused goes on when it ends"
        checked={draft.resumeAfter}
        onChange={({ currentTarget }) => onChange({ resumeAfter: currentTarget.checked })}
      />
      <NoticeFields notices={draft.notify} onChange={(notify) => onChange({ notify })} />
    </>
  );
};

interface ScopeProps extends Pick<Props, 'draft' | 'onChange'> {
  agents: { assistant_id: string; name: string; graph_id: string }[];
}

const ScopeSelect = ({ draft, agents, onChange }: ScopeProps) => {
  const graphs = [...new Set(agents.map(({ graph_id: graph }) => graph))];
  const known = [
    { value: 'all', label: 'Everything' },
    ...agents.map(({ assistant_id: id, name }) => ({ value: `assistant_id:${id}`, label: `Agent ${name}` })),
    ...graphs.map((graph) => ({ value: `graph_id:${graph}`, label: `Graph ${graph}, all agents of it` })),
  ];
  const listed = known.some(({ value }) => value === draft.scope);
  return (
    <Select
      label="Pauses"
      data={listed ? known : [...known, { value: draft.scope, label: draft.scope.replace('_id:', ' ') }]}
      value={draft.scope}
      onChange={(scope) => scope !== null && onChange({ scope })}
      allowDeselect={false}
      searchable
    />
  );
};

const ScheduleFields = ({ draft, problem, onChange }: Props) => {
  const zones = useMemo(() => timeZones(draft.timezone, ownTimeZone()), [draft.timezone]);
  return (
    <div className={classes['pair']}>
      <TextInput
        label="Starts, as a cron expression"
        description={scheduleWords(draft.schedule) ?? 'Minute, hour, day, month, weekday'}
        required
        classNames={{ input: 'hp-mono' }}
        error={problem ? asApiError(problem).message : undefined}
        value={draft.schedule}
        onChange={({ currentTarget }) => onChange({ schedule: currentTarget.value })}
      />
      <Select
        label="Time zone"
        description="Whose clocks count"
        data={zones}
        value={draft.timezone}
        onChange={(timezone) => timezone !== null && onChange({ timezone })}
        allowDeselect={false}
        searchable
        limit={100}
      />
      <NumberInput
        label="Lasts, in minutes"
        required
        min={1}
        value={draft.minutes}
        onChange={(minutes) => onChange({ minutes })}
      />
      <NumberInput
        label="Drains before, in minutes"
        min={0}
        max={1440}
        value={draft.drainMinutes}
        onChange={(drainMinutes) => onChange({ drainMinutes })}
      />
    </div>
  );
};

const NEW_RUNS = [
  { value: 'queue', label: 'Wait, nothing is lost' },
  { value: 'reject', label: 'Are refused' },
  { value: 'redirect', label: 'Go to another agent' },
];

interface NewRunsProps extends Pick<Props, 'draft' | 'onChange'> {
  agents: { id: string; name: string }[];
}

const NewRunsFields = ({ draft, agents, onChange }: NewRunsProps) => (
  <div className={classes['pair']}>
    <Select
      label="New runs"
      data={NEW_RUNS}
      value={draft.newRuns}
      onChange={(next) => next !== null && onChange({ newRuns: next as WindowDraft['newRuns'] })}
      allowDeselect={false}
    />
    {draft.newRuns === 'redirect' && (
      <Select
        label="To"
        required
        data={agents.map(({ id, name }) => ({ value: id, label: name }))}
        value={draft.redirectTo}
        onChange={(redirectTo) => onChange({ redirectTo })}
        searchable
      />
    )}
  </div>
);
