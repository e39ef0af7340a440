import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { forkThread } from '../../api/actions.ts';
import { isRecord } from '../../api/errors.ts';
import { historyQuery, type State } from '../../api/thread-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { stepOf } from './step-words.ts';

interface Props {
  threadId: string;
  assistantId: string;
  onClose: () => void;
}

/** Goes on from an earlier state, on a copy: the thread itself stays as it is. */
export const ForkDialog = (props: Props) => (
  <Modal opened onClose={props.onClose} title="Fork" size="lg">
    <ForkForm {...props} />
  </Modal>
);

const changesIn = (text: string): Record<string, unknown> | null | undefined => {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const ForkForm = ({ threadId, assistantId, onClose }: Props) => {
  const { checkpoint: chosen } = useSearch({ from: '/threads/$threadId' });
  const history = useInfiniteQuery(historyQuery(threadId));
  const navigate = useNavigate();
  const states = history.data?.pages.flatMap((page) => page.states) ?? [];
  const [picked, setPicked] = useState(chosen);
  const [text, setText] = useState('');
  const checkpointId = picked ?? states[0]?.checkpoint?.checkpoint_id ?? undefined;
  const changes = changesIn(text);
  const forked = useMutation({
    mutationFn: () =>
      forkThread({ threadId, assistantId, checkpointId: checkpointId ?? '', values: changes ?? undefined }),
    onSuccess: (copy) => navigate({ to: '/threads/$threadId', params: { threadId: copy }, search: {} }),
  });
  const ready = checkpointId !== undefined && changes !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) forked.mutate();
  };
  return (
    <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Stack>
        <Text size="sm">
          Makes a copy of this thread and lets it go on from the state you choose. This thread stays as it is.
        </Text>
        <NativeSelect
          label="From"
          data={states.map(optionOf)}
          value={checkpointId}
          onChange={({ currentTarget }) => setPicked(currentTarget.value)}
        />
        <Textarea
          label="Change the state first (optional)"
          description="A JSON object, taken in as if a node had returned it"
          autosize
          minRows={3}
          error={changes === undefined ? 'This is not a JSON object' : undefined}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        {history.error && <ErrorPanel error={history.error} />}
        {forked.error && <ErrorPanel error={forked.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={forked.isPending}>
            Fork and go on
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const optionOf = (state: State) => ({
  value: state.checkpoint?.checkpoint_id ?? '',
  label: stepOf(state),
});
