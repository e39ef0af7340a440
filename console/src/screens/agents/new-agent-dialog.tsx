import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { makeAgent } from '../../api/agent-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';

interface Props {
  graphs: string[];
  onMade: (id: string) => void;
  onClose: () => void;
}

/** Makes an assistant of a graph; its configuration is written in its settings. */
export const NewAgentDialog = ({ graphs, onMade, onClose }: Props) => {
  const [graph, setGraph] = useState<string | null>(graphs[0] ?? null);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const made = useMake((id) => {
    onMade(id);
    onClose();
  });
  const ready = graph !== null && name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    made.mutate({
      graph_id: graph,
      name: name.trim(),
      ...(description.trim() !== '' && { description: description.trim() }),
    });
  };
  return (
    <Modal opened onClose={onClose} title="New agent">
      <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
        <Stack>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Select
            label="Graph"
            data={graphs}
            value={graph}
            onChange={setGraph}
            allowDeselect={false}
            searchable
          />
          <Textarea
            label="Description (optional)"
            autosize
            maxRows={6}
            value={description}
            onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          />
          {made.error && <ErrorPanel error={made.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!ready} loading={made.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const useMake = (onMade: (id: string) => void) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: makeAgent,
    onSuccess: async ({ assistant_id: id }) => {
      notifyDone('Made', 'Its configuration is under Settings.');
      await queries.invalidateQueries({ queryKey: ['agents'] });
      onMade(id);
    },
  });
};
