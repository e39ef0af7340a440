import { Group, Kbd, Modal, Stack, Switch, Text, Title } from '@mantine/core';
import { useStore } from '../api/store.ts';
import { currentBindings, singleKeys, type KeyBinding } from '../keys/keys.ts';
import { helpDialog } from './dialogs.ts';

/** The keys that work now. */
export const HelpDialog = () => {
  const opened = useStore(helpDialog);
  return (
    <Modal opened={opened} onClose={() => helpDialog.set(false)} title="Keys" size="lg">
      {opened && <Keys />}
    </Modal>
  );
};

const ALWAYS: KeyBinding[] = [
  { keys: 'ctrl+Enter', label: 'Send what is in a dialog', group: 'Everywhere', run: () => {} },
];

const Keys = () => {
  const enabled = useStore(singleKeys) !== 'off';
  const bindings = [...ALWAYS, ...currentBindings()];
  const groups = [...new Set(bindings.map(({ group }) => group))];
  return (
    <Stack>
      <Switch
        label="Single keys"
        description="They never work in a field. Those with Ctrl always do."
        checked={enabled}
        onChange={({ currentTarget }) => singleKeys.set(currentTarget.checked ? '' : 'off')}
      />
      {groups.map((group) => (
        <div key={group}>
          <Title order={3} size="h5" mb={6}>
            {group}
          </Title>
          <Stack gap={4}>
            {bindings
              .filter((each) => each.group === group)
              .map((each) => (
                <Line key={each.keys} binding={each} />
              ))}
          </Stack>
        </div>
      ))}
    </Stack>
  );
};

const NAMES: Record<string, string> = { ctrl: 'Ctrl', shift: 'Shift', Period: '.', KeyK: 'K' };

const Line = ({ binding }: { binding: KeyBinding }) => (
  <Group justify="space-between" wrap="nowrap">
    <Text size="sm">{binding.label}</Text>
    <Group gap={4} wrap="nowrap">
      {binding.keys.split(/[ +]/).map((key) => (
        <Kbd key={key}>{NAMES[key] ?? key}</Kbd>
      ))}
    </Group>
  </Group>
);
