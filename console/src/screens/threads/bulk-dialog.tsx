import { Button, Group, Modal, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { runBulk, type BulkAction, type BulkProgress } from './bulk-actions.ts';

interface Props {
  action: BulkAction;
  ids: string[];
  onClose: (done: boolean) => void;
}

/** Asks whether to do it to so many, does it, and tells what became of each. To close it under way begins no more of them. */
export const BulkDialog = ({ action, ids, onClose }: Props) => {
  const [reason, setReason] = useState('');
  const { work, progress, begin, stop } = useBulk(action, ids);
  const close = (): void => {
    if (work.isPending) stop();
    else onClose(work.isSuccess);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    begin(reason.trim());
  };
  const noun = ids.length === 1 ? 'thread' : 'threads';
  return (
    <Modal opened onClose={close} title={`${action.name}: ${ids.length.toLocaleString()} ${noun}`}>
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
          {progress && <Told progress={progress} stopped={work.isSuccess} />}
          {work.error && <ErrorPanel error={work.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
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

const useBulk = (action: BulkAction, ids: string[]) => {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const leaving = useRef<AbortController>(null);
  const stop = (): void => leaving.current?.abort();
  useEffect(() => stop, []);
  const work = useMutation({
    mutationFn: (input: { reason: string; signal: AbortSignal }) =>
      runBulk(action, { ids, onProgress: setProgress, ...input }),
    onSettled: () => queries.invalidateQueries(),
  });
  const begin = (reason: string): void => {
    leaving.current = new AbortController();
    work.mutate({ reason, signal: leaving.current.signal });
  };
  return { work, progress, begin, stop };
};

const Told = ({ progress, stopped }: { progress: BulkProgress; stopped: boolean }) => {
  const { total, done, refused } = progress;
  const failed = [...refused.values()].reduce((sum, { count }) => sum + count, 0);
  return (
    <Stack gap={6} role="status">
      <Progress value={total === 0 ? 100 : (done / total) * 100} aria-label="Progress" />
      <Text size="sm">
        {done - failed} of {total} done{failed > 0 && `, ${failed} refused`}
        {stopped && done < total && `, ${total - done} left as they were`}
      </Text>
      {[...refused.entries()].map(([code, { count, error }]) => (
        <Text key={code} size="sm" className="hp-text hp-soft">
          {count} × {code}: {error.message}
        </Text>
      ))}
    </Stack>
  );
};
