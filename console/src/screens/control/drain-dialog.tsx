import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { drainWorker } from '../../api/control-actions.ts';
import type { Worker } from '../../api/control-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';

const DEFAULT_SECONDS = 120;

/** Lets a worker end once what it has is at a boundary. */
export const DrainDialog = ({ worker, onClose }: { worker: Worker; onClose: () => void }) => {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [seconds, setSeconds] = useState<number | string>(DEFAULT_SECONDS);
  const drain = useMutation({
    mutationFn: () =>
      drainWorker(worker.worker_id, {
        timeout_ms: Number(seconds) * 1000,
        ...(reason.trim() !== '' && { reason: reason.trim() }),
      }),
    onSuccess: async () => {
      notifyDone('Draining', 'Another worker takes its place.');
      onClose();
      await queries.invalidateQueries({ queryKey: ['control', 'workers'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (Number(seconds) > 0) drain.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Drain worker ${worker.worker_id.slice(0, 8)}`}>
      <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
        <Stack>
          <Text size="sm">
            It takes nothing new. Its {worker.active === 1 ? 'run' : `${worker.active} runs`} stop at the end
            of the step and go on elsewhere; then its process ends.
          </Text>
          <TextInput
            label="Reason (optional)"
            data-autofocus
            maxLength={2000}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <NumberInput
            label="Wait at most, in seconds"
            description="Steps that have not ended then are cut, and run again elsewhere"
            min={1}
            max={86_400}
            value={seconds}
            onChange={setSeconds}
          />
          {drain.error && <ErrorPanel error={drain.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={drain.isPending} disabled={!(Number(seconds) > 0)}>
              Drain
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
