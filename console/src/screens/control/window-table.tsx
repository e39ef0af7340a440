import { ActionIcon, Group, Switch, Table, Text, Tooltip } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeWindow, deleteWindow } from '../../api/control-actions.ts';
import { occurrencesQuery, type PauseWindow } from '../../api/control-queries.ts';
import { scopeWords } from '../../app/scope-words.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { notifyFailure } from '../../parts/notify.tsx';
import { Pill } from '../../parts/status.tsx';
import { Until } from '../../parts/time.tsx';
import classes from './control.module.css';
import { lengthWords, scheduleWords, timeIn } from './schedule-words.ts';

interface Props {
  windows: PauseWindow[];
  onEdit: (window: PauseWindow) => void;
}

export const WindowTable = ({ windows, onEdit }: Props) => (
  <Table.ScrollContainer minWidth={760} className="hp-panel">
    <Table verticalSpacing="sm" horizontalSpacing="md">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Window</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th>Next</Table.Th>
          <Table.Th>Pauses</Table.Th>
          <Table.Th>On</Table.Th>
          <Table.Td />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {windows.map((window) => (
          <Row key={window.window_id} window={window} onEdit={() => onEdit(window)} />
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
);

const Row = ({ window, onEdit }: { window: PauseWindow; onEdit: () => void }) => (
  <Table.Tr>
    <Table.Td>
      <Text fw={600} size="sm" className="hp-text">
        {window.name}
      </Text>
    </Table.Td>
    <Table.Td className={classes['when']}>
      <Text size="sm">
        {scheduleWords(window.schedule) ?? window.schedule}, for {lengthWords(window.duration_ms)}
      </Text>
      <Text size="xs" className="hp-soft">
        {window.timezone} · <span className="hp-mono">{window.schedule}</span>
      </Text>
    </Table.Td>
    <Table.Td className={classes['next']}>
      <Next window={window} />
    </Table.Td>
    <Table.Td>
      <Text size="sm" className="hp-text">
        {scopeWords(window.scope)}
      </Text>
    </Table.Td>
    <Table.Td>
      <OnSwitch window={window} />
    </Table.Td>
    <Table.Td>
      <Actions window={window} onEdit={onEdit} />
    </Table.Td>
  </Table.Tr>
);

const Next = ({ window }: { window: PauseWindow }) => {
  const { data } = useQuery(occurrencesQuery(window.window_id));
  const [next] = data?.filter(({ starts_at: at }) => Date.parse(at) > Date.now()) ?? [];
  if (window.open)
    return (
      <Group gap="xs">
        <Pill tone="violet" label="Open" />
        <Text size="sm">
          ends <Until at={window.open.ends_at} />
        </Text>
      </Group>
    );
  if (!window.enabled) return <Pill tone="grey" label="Off" />;
  if (!next) return <Text size="sm">–</Text>;
  return (
    <>
      <Text size="sm">{timeIn(next.starts_at, window.timezone)}</Text>
      <Text size="xs" className="hp-soft">
        <Until at={next.starts_at} />
      </Text>
    </>
  );
};

const useChanged = () => {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['control'] });
};

const OnSwitch = ({ window }: { window: PauseWindow }) => {
  const onSuccess = useChanged();
  const change = useMutation({
    mutationFn: (enabled: boolean) => changeWindow(window.window_id, { enabled }),
    onSuccess,
    onError: notifyFailure('The window was not changed'),
  });
  return (
    <Switch
      aria-label={`${window.name}: on`}
      checked={change.isPending ? change.variables : window.enabled}
      onChange={({ currentTarget }) => change.mutate(currentTarget.checked)}
    />
  );
};

const Actions = ({ window, onEdit }: { window: PauseWindow; onEdit: () => void }) => {
  const onSuccess = useChanged();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteWindow(window.window_id),
    onSuccess,
    onError: notifyFailure('The window was not deleted'),
  });
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <Tooltip label="Edit">
        <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${window.name}`} onClick={onEdit}>
          <IconPencil size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Delete">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Delete ${window.name}`}
          loading={remove.isPending}
          onClick={() => setAsked(true)}
        >
          <IconTrash size={17} />
        </ActionIcon>
      </Tooltip>
      {asked && (
        <ConfirmDialog
          title="Delete this pause window?"
          confirm="Delete"
          dangerous
          loading={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsked(false)}
        >
          “{window.name}” {window.open ? 'is open: what it pauses goes on.' : 'will not be entered any more.'}
        </ConfirmDialog>
      )}
    </Group>
  );
};
