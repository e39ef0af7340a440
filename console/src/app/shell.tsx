import { AppShell } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useKeys } from '../keys/keys.ts';
import { Announcer } from './announcer.tsx';
import { Banners } from './banners.tsx';
import { helpDialog, inFront, paletteWanted, stopDialog } from './dialogs.ts';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { OverlaysWhenWanted } from './overlays-when-wanted.tsx';
import { SCREENS } from './screens.ts';
import classes from './shell.module.css';

/** What is around every screen. */
export const Shell = () => {
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);
  useGlobalKeys();
  return (
    <>
      <a href="#main" className={classes['skip']}>
        Skip to the content
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        padding={{ base: 'sm', sm: 'lg' }}
      >
        <Header opened={opened} onToggle={toggle} />
        <Navigation onLeave={close} />
        <AppShell.Main id="main" tabIndex={-1} className={classes['main']}>
          <Banners />
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <OverlaysWhenWanted />
      <Announcer />
    </>
  );
};

const useGlobalKeys = (): void => {
  const navigate = useNavigate();
  useKeys([
    ...SCREENS.map(({ to, label, key }) => ({
      keys: `g ${key}`,
      label: `Go to ${label}`,
      group: 'Everywhere',
      run: () => void navigate({ to }),
    })),
    {
      keys: 'ctrl+KeyK',
      label: 'Search or run a command',
      group: 'Everywhere',
      run: () => paletteWanted.set(true),
    },
    { keys: '?', label: 'Show the keys', group: 'Everywhere', run: () => helpDialog.set(true) },
    {
      keys: 'ctrl+shift+Period',
      label: 'Emergency stop',
      group: 'Everywhere',
      run: () => stopDialog.set(inFront.get()),
    },
  ]);
};
