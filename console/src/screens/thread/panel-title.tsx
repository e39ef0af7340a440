import { Group, Text, Title } from '@mantine/core';

/** The heading of a panel. */
export const PanelTitle = ({ children, about }: { children: string; about?: string | undefined }) => (
  <Group gap="xs" align="baseline" mb="xs">
    <Title order={2} size="h5">
      {children}
    </Title>
    {about !== undefined && (
      <Text size="sm" className="hp-soft">
        {about}
      </Text>
    )}
  </Group>
);
