import { Radio, Skeleton, Stack, Textarea, TextInput } from '@mantine/core';
import { Suspense } from 'react';
import { isRecord } from '../../api/errors.ts';
import { lazily } from '../../parts/lazily.tsx';
import { Folded } from './folded.tsx';
import { withoutEmpty } from './input-shape.ts';
import classes from './launch.module.css';
import type { Change, Draft } from './use-launch.ts';

const SchemaForm = lazily(async () => (await import('../../parts/form/schema-form.tsx')).SchemaForm);

interface Props {
  draft: Draft;
  problems: { thread?: string; config?: string };
  /** Schema of the context, where the graph has one. */
  context: Record<string, unknown> | null;
  onChange: Change;
}

/** What most runs do without: a thread that there is, context, configuration. */
export const MoreFields = ({ draft, problems, context, onChange }: Props) => (
  <Folded label="Thread, context and configuration" opened={draft.thread !== ''}>
    <ThreadFields draft={draft} problem={problems.thread} onChange={onChange} />
    {hasFields(context) && (
      <Suspense fallback={<Skeleton height={80} />}>
        <fieldset className={classes['group']}>
          <legend>Context</legend>
          <SchemaForm
            schema={context}
            value={draft.context}
            defaults
            onChange={(next) => onChange({ context: withoutEmpty(next) })}
          />
        </fieldset>
      </Suspense>
    )}
    <Textarea
      label="Configuration, as JSON"
      description='Such as {"recursion_limit": 50, "configurable": {…}}'
      autosize
      minRows={2}
      maxRows={10}
      classNames={{ input: 'hp-mono' }}
      error={problems.config}
      value={draft.config}
      onChange={({ currentTarget }) => onChange({ config: currentTarget.value })}
    />
  </Folded>
);

const hasFields = (schema: Record<string, unknown> | null): schema is Record<string, unknown> =>
  schema !== null && isRecord(schema['properties']) && Object.keys(schema['properties']).length > 0;

interface ThreadProps {
  draft: Draft;
  problem: string | undefined;
  onChange: Change;
}

const ThreadFields = ({ draft, problem, onChange }: ThreadProps) => (
  <>
    <TextInput
      label="Thread"
      description="Its id, to go on with one; left empty, a new one begins"
      error={problem}
      classNames={{ input: 'hp-mono' }}
      value={draft.thread}
      onChange={({ currentTarget }) => onChange({ thread: currentTarget.value.trim() })}
    />
    {draft.thread !== '' && (
      <Radio.Group
        label="Where the thread is busy or paused"
        value={draft.whenBusy}
        onChange={(next) => onChange({ whenBusy: next as Draft['whenBusy'] })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="reject" label="Refuse this run" />
          <Radio value="enqueue" label="Let it wait behind the other" />
        </Stack>
      </Radio.Group>
    )}
  </>
);
