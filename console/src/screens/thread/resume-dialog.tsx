import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { previewResume, resumeThread, type ResumeAsk } from '../../api/actions.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { notifyDone } from '../../parts/notify.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { Overrules, NOTHING_OVERRULED, type Overruled } from './overrules.tsx';
import { Preflight } from './preflight.tsx';

interface Props {
  threadId: string;
  stopped: boolean;
  onClose: () => void;
}

/** Lets the thread go on, once what a resume would find has been seen. */
export const ResumeDialog = ({ threadId, stopped, onClose }: Props) => (
  <Modal opened onClose={onClose} title={stopped ? 'Resume after an emergency stop' : 'Resume'} size="xl">
    <ResumeForm threadId={threadId} onClose={onClose} />
  </Modal>
);

const parsedData = (text: string): { data?: unknown } | undefined => {
  if (text.trim() === '') return {};
  try {
    return { data: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

const ResumeForm = ({ threadId, onClose }: { threadId: string; onClose: () => void }) => {
  const queries = useQueryClient();
  const [context, setContext] = useState('');
  const [data, setData] = useState('');
  const [overruled, setOverruled] = useState<Overruled>(NOTHING_OVERRULED);
  const parsed = parsedData(data);
  const ask: ResumeAsk = {
    ...overruled,
    ...parsed,
    ...(context.trim() !== '' && { additional_context: context.trim() }),
  };
  const found = usePreview(threadId, {
    ...overruled,
    instructs: context.trim() !== '' || data.trim() !== '',
  });
  const resumed = useMutation({
    mutationFn: () => resumeThread(threadId, ask),
    onSuccess: () => {
      notifyDone('Resumed');
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['thread', threadId] }),
  });
  const ready = found.data?.passes === true && parsed !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) resumed.mutate();
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <Context
          context={context}
          onContext={setContext}
          data={data}
          onData={setData}
          invalid={parsed === undefined}
        />
        <Found found={found} overruled={overruled} onOverrule={setOverruled} />
        {resumed.error && <ErrorPanel error={resumed.error} />}
        <Group justify="flex-end">
          {found.data?.passes === false && (
            <Text size="sm">Something stands in the way: nothing changes until it passes.</Text>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={resumed.isPending}>
            Resume
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

interface FoundProps {
  found: ReturnType<typeof usePreview>;
  overruled: Overruled;
  onOverrule: (overruled: Overruled) => void;
}

const Found = ({ found, overruled, onOverrule }: FoundProps) => (
  <>
    {found.isPending && <ListSkeleton rows={4} height={28} />}
    {found.error && <ErrorPanel error={found.error} onRetry={() => void found.refetch()} />}
    {found.data && <Preflight checks={found.data.preflight} />}
    {found.data && <Overrules checks={found.data.preflight} value={overruled} onChange={onOverrule} />}
  </>
);

/** What the resume would find; whether it brings something along is one of the things that count. */
const usePreview = (threadId: string, { instructs, ...overruled }: Overruled & { instructs: boolean }) =>
  useQuery({
    queryKey: ['thread', threadId, 'preflight', overruled, instructs],
    queryFn: () => previewResume(threadId, { ...overruled, ...(instructs && { additional_context: '…' }) }),
    placeholderData: keepPreviousData,
  });

interface ContextProps {
  context: string;
  onContext: (text: string) => void;
  data: string;
  onData: (text: string) => void;
  invalid: boolean;
}

const Context = ({ context, onContext, data, onData, invalid }: ContextProps) => (
  <Group grow align="flex-start">
    <Textarea
      label="What the agent should know (optional)"
      description="Added where its messages allow it"
      data-autofocus
      autosize
      minRows={2}
      maxRows={8}
      value={context}
      onChange={({ currentTarget }) => onContext(currentTarget.value)}
    />
    <Textarea
      label="Data, as JSON (optional)"
      description="For graphs that take data with a resume"
      autosize
      minRows={2}
      maxRows={8}
      error={invalid ? 'This is not JSON' : undefined}
      value={data}
      onChange={({ currentTarget }) => onData(currentTarget.value)}
    />
  </Group>
);
