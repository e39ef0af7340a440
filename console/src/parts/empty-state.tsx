import { Stack, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What is shown where there is nothing: why, and what to do next. */
export const EmptyState = ({
  icon: Picture,
  title,
  children,
}: {
  icon: Icon;
  title: string;
  children?: ReactNode;
}) => (
  <Stack align="center" gap="sm" py={64} px="md" ta="center">
    <Picture size={40} stroke={1.4} color="var(--hp-soft)" aria-hidden />
    <Text fw={600} size="lg">
      {title}
    </Text>
    {children}
  </Stack>
);
