import { Button, Group, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { changeAgent, type Agent, type AgentPatch } from '../../api/agent-queries.ts';
import { isRecord } from '../../api/errors.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';

const JsonEditor = lazy(async () => ({
  default: (await import('../../parts/json/json-editor.tsx')).JsonEditor,
}));

const asObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Name, description, configuration and context: what is saved is a new version, used from then on. */
export const AgentSettings = ({ agent }: { agent: Agent }) => {
  const before = JSON.stringify({ config: agent.config, context: agent.context }, null, 2);
  const [name, setName] = useState(agent.name);
  const [description, setDescription] = useState(agent.description ?? '');
  const [text, setText] = useState(before);
  const values = asObject(text);
  const saved = useSave(agent);
  const changed = name !== agent.name || description !== (agent.description ?? '') || text !== before;
  const ready = changed && values !== undefined && name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) saved.mutate({ name: name.trim(), description, ...(values as Pick<AgentPatch, 'config'>) });
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <TextInput
          label="Name"
          required
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          maxRows={6}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
        />
        <div>
          <Text size="sm" fw={500} mb={4}>
            Configuration and context
          </Text>
          <Suspense fallback={<Skeleton height={140} />}>
            <JsonEditor
              label="Configuration and context as JSON"
              value={text}
              onChange={setText}
              invalid={values === undefined}
            />
          </Suspense>
        </div>
        {saved.error && <ErrorPanel error={saved.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!ready} loading={saved.isPending}>
            Save as version {agent.version + 1}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

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
