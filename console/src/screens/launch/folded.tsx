import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './launch.module.css';

interface Props {
  label: string;
  /** At first. */
  opened?: boolean;
  children: ReactNode;
}

/** Fields that are in the way of most and wanted by some. */
export const Folded = ({ label, opened: atFirst = false, children }: Props) => {
  const [opened, { toggle }] = useDisclosure(atFirst);
  const turned = opened || undefined;
  return (
    <div>
      <Button
        variant="subtle"
        size="xs"
        aria-expanded={opened}
        leftSection={
          <IconChevronRight size={14} aria-hidden className={classes['turn']} data-open={turned} />
        }
        onClick={toggle}
      >
        {label}
      </Button>
      {opened && <Stack pt="sm">{children}</Stack>}
    </div>
  );
};
