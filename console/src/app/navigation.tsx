import { AppShell, Box, Stack } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { overviewQuery, type Overview } from '../api/queries.ts';
import { KeyHint } from '../parts/key-hint.tsx';
import { identityDialog } from './dialogs.ts';
import { SCREENS, type Screen } from './screens.ts';
import classes from './shell.module.css';

/** The screens, with how many threads move and how many questions wait; where the header has no room for it, who you are. */
export const Navigation = ({ onLeave }: { onLeave: () => void }) => {
  const { data } = useQuery(overviewQuery());
  return (
    <AppShell.Navbar p="sm" className={classes['nav']} aria-label="Screens">
      <Stack gap={3}>
        {SCREENS.map((screen) => (
          <Entry key={screen.to} screen={screen} counts={data} />
        ))}
        <You onLeave={onLeave} />
      </Stack>
    </AppShell.Navbar>
  );
};

const Entry = ({ screen, counts }: { screen: Screen; counts: Overview | undefined }) => {
  const { to, label, icon: Picture, key } = screen;
  const count = countFor(to, counts);
  return (
    <Link to={to} className={classes['entry']} activeOptions={{ exact: to === '/', includeSearch: false }}>
      <Picture size={19} stroke={1.7} aria-hidden />
      {label}
      {count ? <Count {...count} /> : <Hint keys={`g ${key}`} />}
    </Link>
  );
};

const You = ({ onLeave }: { onLeave: () => void }) => {
  const open = (): void => {
    onLeave();
    identityDialog.set(true);
  };
  return (
    <Box component="button" type="button" hiddenFrom="sm" className={classes['entry']} onClick={open}>
      <IconUserCircle size={19} stroke={1.7} aria-hidden />
      You
    </Box>
  );
};

const Hint = ({ keys }: { keys: string }) => (
  <span style={{ marginLeft: 'auto' }}>
    <KeyHint keys={keys} />
  </span>
);

interface Counted {
  count: number;
  what: string;
  urgent?: boolean;
}

const Count = ({ count, what, urgent = false }: Counted) => (
  <span className={classes['count']} data-urgent={urgent || undefined}>
    {count > 999 ? '999+' : count}
    <span className="hp-sr"> {what}</span>
  </span>
);

const countFor = (to: Screen['to'], counts: Overview | undefined): Counted | undefined => {
  if (!counts) return undefined;
  const running = counts.groups['running'] ?? 0;
  if (to === '/' && running > 0) return { count: running, what: 'running' };
  if (to === '/approvals' && counts.approvals > 0)
    return { count: counts.approvals, what: 'waiting', urgent: true };
  if (to === '/control' && counts.queue.depth > 0) return { count: counts.queue.depth, what: 'in the queue' };
  return undefined;
};
