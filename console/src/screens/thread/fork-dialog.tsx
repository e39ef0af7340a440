import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState, type FormEvent } from 'react';
import { copyThread, goOnFrom, type ForkInput } from '../../api/actions.ts';
import { isRecord } from '../../api/errors.ts';
import { begunOn } from '../../api/launch.ts';
import { historyQuery, stateQuery, type State } from '../../api/thread-queries.ts';
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
  const states = history.data?.pages.flatMap((page) => page.states) ?? [];
  const options = useOptions(threadId, { states, chosen });
  const [picked, setPicked] = useState(chosen);
  const [text, setText] = useState('');
  const checkpointId = picked ?? states[0]?.checkpoint?.checkpoint_id ?? undefined;
  const changes = changesIn(text);
  const forked = useFork(threadId, { assistantId, checkpointId, changes });
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
          data={options}
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

interface Chosen {
  assistantId: string;
  checkpointId: string | undefined;
  changes: Record<string, unknown> | null | undefined;
}

const forkOf = (copy: string, { assistantId, checkpointId, changes }: Chosen): ForkInput => ({
  threadId: copy,
  assistantId,
  checkpointId: checkpointId ?? '',
  values: changes ?? undefined,
});

/** Copies the thread and lets the copy go on. Tried again as it was, it goes on with the copy that was made. */
const useFork = (threadId: string, chosen: Chosen) => {
  const navigate = useNavigate();
  const made = useRef({ from: '', copy: '' });
  return useMutation({
    mutationFn: async () => {
      const asked = JSON.stringify(chosen);
      if (made.current.from !== asked) made.current = { from: asked, copy: await copyThread(threadId) };
      const { copy } = made.current;
      // The answer to the time before may have been lost.
      if (!(await begunOn(copy))) await goOnFrom(forkOf(copy, chosen));
      return copy;
    },
    onSuccess: (copy) => navigate({ to: '/threads/$threadId', params: { threadId: copy }, search: {} }),
  });
};

/** The states that have been read, and the chosen one, which may be older than those. */
const useOptions = (
  threadId: string,
  { states, chosen }: { states: State[]; chosen: string | undefined },
) => {
  const shown = useQuery(stateQuery(threadId, chosen)).data;
  const options = states.map(optionOf);
  if (chosen !== undefined && !options.some(({ value }) => value === chosen))
    options.push({ value: chosen, label: shown ? stepOf(shown) : 'The state that is shown' });
  return options;
};

const optionOf = (state: State) => ({
  value: state.checkpoint?.checkpoint_id ?? '',
  label: stepOf(state),
});
