import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { changeWindow, createWindow } from '../../api/control-actions.ts';
import { previewQuery, type PauseWindow } from '../../api/control-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { bodyOf, draftOf, isComplete, planOf } from './window-draft.ts';
import { WindowFields } from './window-fields.tsx';
import { WindowPreview } from './window-preview.tsx';

interface Props {
  /** Null: a new one. */
  window: PauseWindow | null;
  onClose: () => void;
}

/** Makes or changes a pause window, and shows when it would be open. */
export const WindowDialog = ({ window, onClose }: Props) => (
  <Modal opened onClose={onClose} title={window ? 'Change the pause window' : 'New pause window'} size="xl">
    <WindowForm window={window} onClose={onClose} />
  </Modal>
);

const TYPING_MS = 250;

const WindowForm = ({ window, onClose }: Props) => {
  const [draft, setDraft] = useState(() => draftOf(window));
  const [settled] = useDebouncedValue(draft, TYPING_MS);
  const plan = planOf(settled);
  const preview = useQuery({
    ...previewQuery(plan ?? { schedule: '', duration_ms: 0 }),
    enabled: plan !== undefined,
  });
  const saved = useSave(window, onClose);
  const ready = isComplete(draft) && !preview.isError;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) saved.mutate(bodyOf(draft));
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <WindowFields
          draft={draft}
          problem={preview.error}
          onChange={(changes) => setDraft((before) => ({ ...before, ...changes }))}
        />
        <WindowPreview occurrences={preview.isError ? undefined : preview.data} timezone={settled.timezone} />
        {saved.error && <ErrorPanel error={saved.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={saved.isPending}>
            {window ? 'Save' : 'Create'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const useSave = (window: PauseWindow | null, onClose: () => void) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ReturnType<typeof bodyOf>) =>
      window ? changeWindow(window.window_id, body) : createWindow(body),
    onSuccess: async () => {
      notifyDone(window ? 'Changed' : 'Created');
      onClose();
      await queries.invalidateQueries({ queryKey: ['control'] });
    },
  });
};
