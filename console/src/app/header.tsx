import { ActionIcon, AppShell, Burger, Button, Group, Kbd, Text, Tooltip } from '@mantine/core';
import { IconKeyboard, IconPlayerStopFilled, IconSearch, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { helpDialog, identityDialog, inFront, paletteWanted, stopDialog } from './dialogs.ts';
import { LiveDot } from './live-dot.tsx';
import classes from './shell.module.css';
import { ThemeButton } from './theme-button.tsx';

export const Header = ({ opened, onToggle }: { opened: boolean; onToggle: () => void }) => (
  <AppShell.Header className={classes['bar']}>
    <Group h="100%" px={{ base: 'sm', sm: 'md' }} gap="sm" wrap="nowrap" justify="space-between">
      <Group gap="sm" wrap="nowrap">
        <Burger opened={opened} onClick={onToggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
        <Link to="/" className={classes['brand']} aria-label="Holdpoint, all threads">
          <img src="/console/icon.svg" alt="" width={24} height={24} />
          <Text span inherit visibleFrom="xs">
            Holdpoint
          </Text>
        </Link>
        <LiveDot />
      </Group>
      <Group gap={8} wrap="nowrap">
        <SearchButton />
        <Group gap={8} wrap="nowrap" visibleFrom="sm">
          <IconButton label="Keys" onClick={() => helpDialog.set(true)}>
            <IconKeyboard size={18} />
          </IconButton>
          <IconButton label="You" onClick={() => identityDialog.set(true)}>
            <IconUserCircle size={18} />
          </IconButton>
        </Group>
        <ThemeButton />
        <Tooltip label="Ctrl Shift .">
          <Button
            color="red"
            size="sm"
            px={{ base: 10, sm: 14 }}
            aria-label="Emergency stop"
            onClick={() => stopDialog.set(inFront.get())}
          >
            <IconPlayerStopFilled size={16} aria-hidden />
            <Text span inherit visibleFrom="sm" ml={7}>
              Emergency stop
            </Text>
          </Button>
        </Tooltip>
      </Group>
    </Group>
  </AppShell.Header>
);

const SearchButton = () => (
  <button type="button" className={classes['search']} onClick={() => paletteWanted.set(true)}>
    <IconSearch size={16} aria-hidden />
    <Text span inherit className="hp-sr" hiddenFrom="md">
      Search or run a command
    </Text>
    <Text span inherit visibleFrom="md">
      Search or run a command
    </Text>{' '}
    <Kbd size="xs" visibleFrom="md" aria-hidden>
      Ctrl K
    </Kbd>
  </button>
);

const IconButton = ({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}) => (
  <Tooltip label={label}>
    <ActionIcon variant="default" size={34} onClick={onClick} aria-label={label}>
      {children}
    </ActionIcon>
  </Tooltip>
);
