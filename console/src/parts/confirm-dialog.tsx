import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  children: ReactNode;
  /** What the button says that does it. */
  confirm: string;
  dangerous?: boolean;
  loading?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is done that cannot be taken back. */
export const ConfirmDialog = ({
  title,
  children,
  confirm,
  dangerous = false,
  loading = false,
  onConfirm,
  onClose,
}: Props) => (
  <Modal opened onClose={onClose} title={title}>
    <Stack>
      <Text size="sm" className="hp-text">
        {children}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button color={dangerous ? 'red' : undefined} loading={loading} onClick={onConfirm}>
          {confirm}
        </Button>
      </Group>
    </Stack>
  </Modal>
);
