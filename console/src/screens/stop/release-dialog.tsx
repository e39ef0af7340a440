import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { releaseStop } from '../../api/actions.ts';
import type { Stop } from '../../api/queries.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { UnsafeRuns } from './unsafe-runs.tsx';
import { useUnsafe, type Unsafe } from './use-unsafe.ts';

/** Shows what is not known to be safe before the stop is lifted. */
export const ReleaseDialog = ({ stop, onClose }: { stop: Stop; onClose: () => void }) => (
  <Modal opened onClose={onClose} title={`Release the stop of ${scopeWords(stop.scope)}`} size="xl">
    <ReleaseForm stop={stop} onClose={onClose} />
  </Modal>
);

const ReleaseForm = ({ stop, onClose }: { stop: Stop; onClose: () => void }) => {
  const [looked, setLooked] = useState(false);
  const unsafe = useUnsafe(stop);
  const release = useRelease(stop, onClose);
  const toLookAt = lookWords(unsafe);
  const ready = !unsafe.isPending && (toLookAt === undefined || looked);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) release.mutate();
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <Text size="sm">
          Runs may be launched again. What was stopped stays stopped: each thread is resumed by hand, after a
          stricter check than a pause.
        </Text>
        {unsafe.isPending && <ListSkeleton rows={2} height={48} />}
        {unsafe.error && <ErrorPanel error={unsafe.error} onRetry={unsafe.retry} />}
        {!unsafe.isPending && <UnsafeRuns unsafe={unsafe} />}
        {!unsafe.isPending && toLookAt !== undefined && (
          <Checkbox
            label={`I have looked at ${toLookAt}`}
            checked={looked}
            onChange={({ currentTarget }) => setLooked(currentTarget.checked)}
          />
        )}
        {release.error && <ErrorPanel error={release.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it stopped
          </Button>
          <Button type="submit" data-autofocus disabled={!ready} loading={release.isPending}>
            Release
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** What a person is to have looked at before; undefined where all is known to be safe. */
const lookWords = ({ runs, error }: Unsafe): string | undefined => {
  if (error !== null) return 'what the runs have left in the world, which cannot be read here';
  if (runs.length > 1) return `these ${runs.length} runs`;
  return runs.length === 1 ? 'this run' : undefined;
};

const useRelease = (stop: Stop, onClose: () => void) => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => releaseStop(stop.stop_id),
    onSuccess: async () => {
      notifyDone('Released', 'What was stopped stays stopped until each thread is resumed.');
      onClose();
      await navigate({ to: '/stop', search: { stop: stop.stop_id } });
      await queries.invalidateQueries();
    },
  });
};
