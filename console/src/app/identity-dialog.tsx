import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { apiKey, keyWanted, ownName } from '../api/identity.ts';
import { useStore } from '../api/store.ts';
import { identityDialog } from './dialogs.ts';

/** Who is at the keyboard. Opens by itself when the server asks for a key. */
export const IdentityDialog = () => {
  const asked = useStore(keyWanted);
  const opened = useStore(identityDialog) || asked;
  const close = (): void => {
    identityDialog.set(false);
    keyWanted.set(false);
  };
  return (
    <Modal opened={opened} onClose={close} title={asked ? 'This server wants a key' : 'You'}>
      {opened && <Fields asked={asked} onDone={close} />}
    </Modal>
  );
};

/** What a header can carry of what a key may have. */
const VISIBLE = /^[\x21-\x7e]*$/;

const Fields = ({ asked, onDone }: { asked: boolean; onDone: () => void }) => {
  const queries = useQueryClient();
  const [key, setKey] = useState(apiKey.get());
  const [name, setName] = useState(ownName.get());
  const sendable = VISIBLE.test(key.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!sendable) return;
    ownName.set(name.trim());
    const another = key.trim() !== apiKey.get();
    apiKey.set(key.trim());
    onDone();
    // What one key saw is not shown to another.
    void (another ? queries.resetQueries() : queries.invalidateQueries());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {asked && apiKey.get() !== '' && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            The key this tab has is refused.
          </Text>
        )}
        <PasswordInput
          label="API key"
          description="Kept until you close this tab. Needed only where the server asks for one."
          autoComplete="off"
          data-autofocus={asked || undefined}
          error={sendable ? undefined : 'There is a sign in it that no key has; some cannot be seen'}
          value={key}
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <TextInput
          label="Your name"
          description="Shown with what you decide, where the server does not know you by your key."
          autoComplete="name"
          maxLength={200}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={!sendable}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
