import { Button, Group, Modal, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { runBulk, type BulkAction, type BulkProgress, type BulkThreads } from './bulk-actions.ts';

interface Props {
  action: BulkAction;
  count: number;
  threads: BulkThreads;
  onClose: (done: boolean) => void;
}

/** Asks whether to do it to so many, does it, and tells what became of each. */
export const BulkDialog = ({ action, count, threads, onClose }: Props) => {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const work = useMutation({
    mutationFn: () => runBulk(action, { threads, reason: reason.trim(), onProgress: setProgress }),
    onSettled: () => queries.invalidateQueries(),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    work.mutate();
  };
  const noun = count === 1 ? 'thread' : 'threads';
  return (
    <Modal
      opened
      onClose={() => onClose(work.isSuccess)}
      title={`${action.name}: ${count.toLocaleString()} ${noun}`}
    >
      <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
        <Stack>
          <Text size="sm">{action.about}</Text>
          {action.wantsReason && (
            <Textarea
              label="Reason"
              required
              autosize
              maxLength={2000}
              data-autofocus
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
            />
          )}
          {progress && <Told progress={progress} />}
          {work.error && <ErrorPanel error={work.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onClose(work.isSuccess)}>
              {work.isSuccess ? 'Close' : 'Cancel'}
            </Button>
            {!work.isSuccess && (
              <Button
                type="submit"
                color={action.dangerous ? 'red' : undefined}
                loading={work.isPending}
                disabled={action.wantsReason && reason.trim() === ''}
              >
                {action.name}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const Told = ({ progress }: { progress: BulkProgress }) => {
  const { total, done, refused } = progress;
  const failed = [...refused.values()].reduce((sum, { count }) => sum + count, 0);
  return (
    <Stack gap={6} role="status">
      <Progress value={total === 0 ? 100 : (done / total) * 100} aria-label="Progress" />
      <Text size="sm">
        {done - failed} of {total} done{failed > 0 && `, ${failed} refused`}
      </Text>
      {[...refused.entries()].map(([code, { count, error }]) => (
        <Text key={code} size="sm" className="hp-text hp-soft">
          {count} × {code}: {error.message}
        </Text>
      ))}
    </Stack>
  );
};
