import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  about?: string;
  /** What can be done there. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of the screen with a heading of its own. */
export const Panel = ({ title, about, actions, children }: Props) => (
  <Stack gap="sm" component="section" aria-label={title}>
    <Group justify="space-between" gap="sm">
      <div>
        <Title order={2} size="h4">
          {title}
        </Title>
        {about && (
          <Text size="sm" className="hp-soft">
            {about}
          </Text>
        )}
      </div>
      {actions}
    </Group>
    {children}
  </Stack>
);

/** Says in a panel that there is nothing, and what would be there. */
export const Nothing = ({ children }: { children: ReactNode }) => (
  <Text size="sm" className="hp-panel hp-soft" p="md">
    {children}
  </Text>
);
