import { Button, Group, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState, type FormEvent } from 'react';
import { changeAgent, type Agent, type AgentPatch } from '../../api/agent-queries.ts';
import { isRecord } from '../../api/errors.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { lazily } from '../../parts/lazily.tsx';
import { Notice } from '../../parts/notice.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';

const JsonEditor = lazily(async () => (await import('../../parts/json/json-editor.tsx')).JsonEditor);

const asObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What is being written. */
interface Draft {
  /** The version it began with. */
  from: number;
  name: string;
  description: string;
  text: string;
}

const savedOf = ({ version, name, description, config, context }: Agent): Draft => ({
  from: version,
  name,
  description: description ?? '',
  text: JSON.stringify({ config, context }, null, 2),
});

const differ = (a: Draft, b: Draft): boolean =>
  a.name !== b.name || a.description !== b.description || a.text !== b.text;

/**
 * Name, description, configuration and context: what is saved is a new version, used from then on. What is being written
 * stays when somebody else saves meanwhile.
 */
export const AgentSettings = ({ agent }: { agent: Agent }) => {
  const [draft, setDraft] = useState<Draft | null>(null);
  const saved = useSave(agent);
  const before = savedOf(agent);
  const now = draft ?? before;
  const values = asObject(now.text);
  const ready = differ(now, before) && values !== undefined && now.name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    const { name, description } = now;
    const patch = { name: name.trim(), description, ...(values as Pick<AgentPatch, 'config'>) };
    saved.mutate(patch, { onSuccess: () => setDraft(null) });
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        {now.from !== before.from && differ(now, before) && (
          <Overtaken by={agent.version} onDiscard={() => setDraft(null)} />
        )}
        <Fields key={now.from} draft={now} valid={values !== undefined} onChange={setDraft} />
        {saved.error && <ErrorPanel error={saved.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!ready} loading={saved.isPending}>
            Save as a new version
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const Overtaken = ({ by, onDiscard }: { by: number; onDiscard: () => void }) => (
  <Notice icon={<IconInfoCircle />} title={`Version ${by} came meanwhile`} role="status">
    <Text size="sm">What you save replaces it as the one in use.</Text>
    <Button variant="default" size="xs" mt="sm" onClick={onDiscard}>
      Discard this and begin with version {by}
    </Button>
  </Notice>
);

interface FieldsProps {
  draft: Draft;
  valid: boolean;
  onChange: (draft: Draft) => void;
}

const Fields = ({ draft, valid, onChange }: FieldsProps) => (
  <>
    <TextInput
      label="Name"
      required
      value={draft.name}
      onChange={({ currentTarget }) => onChange({ ...draft, name: currentTarget.value })}
    />
    <Textarea
      label="Description"
      autosize
      maxRows={6}
      value={draft.description}
      onChange={({ currentTarget }) => onChange({ ...draft, description: currentTarget.value })}
    />
    <div>
      <Text size="sm" fw={500} mb={4}>
        Configuration and context
      </Text>
      <Suspense fallback={<Skeleton height={140} />}>
        <JsonEditor
          label="Configuration and context as JSON"
          value={draft.text}
          onChange={(text) => onChange({ ...draft, text })}
          invalid={!valid}
        />
      </Suspense>
    </div>
  </>
);

const useSave = (agent: Agent) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (patch: AgentPatch) => changeAgent(agent.assistant_id, patch),
    onSuccess: async ({ version }) => {
      notifyDone(`Version ${version} is in use`, 'Runs that start from now on use it.');
      await queries.invalidateQueries({ queryKey: ['agents'] });
    },
  });
};
