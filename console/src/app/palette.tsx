import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconKeyboard, IconPlayerStopFilled, IconSearch, IconStack2, IconSunMoon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useStore } from '../api/store.ts';
import { findThreads } from '../api/queries.ts';
import { helpDialog, inFront, paletteWanted, stopDialog } from './dialogs.ts';
import { SCREENS } from './screens.ts';

/** Ctrl K: goes anywhere, does anything, finds a thread by the beginning of its id. */
export const Palette = () => {
  const [query, setQuery] = useState('');
  const threads = useThreadActions(query);
  const commands = useCommands();
  const wanted = useStore(paletteWanted);
  useEffect(() => {
    if (!wanted) return;
    spotlight.open();
    paletteWanted.set(false);
  }, [wanted]);
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      actions={[
        { group: 'Commands', actions: commands },
        { group: 'Threads', actions: threads },
      ]}
      shortcut={null}
      scrollable
      highlightQuery
      limit={12}
      nothingFound="Nothing is called that"
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: 'A screen, a command, or the id of a thread',
      }}
    />
  );
};

const useCommands = (): SpotlightActionData[] => {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const screens = SCREENS.map(({ to, label, icon: Picture, about }) => ({
    id: to,
    label,
    description: about,
    leftSection: <Picture size={20} stroke={1.6} />,
    onClick: () => void navigate({ to }),
  }));
  return [
    ...screens,
    {
      id: 'stop',
      label: 'Emergency stop',
      description: 'Pause or stop this thread, this agent or everything',
      leftSection: <IconPlayerStopFilled size={20} />,
      onClick: () => stopDialog.set(inFront.get()),
    },
    {
      id: 'keys',
      label: 'Keys',
      description: 'What can be pressed here',
      leftSection: <IconKeyboard size={20} />,
      onClick: () => helpDialog.set(true),
    },
    ...(['light', 'dark', 'auto'] as const).map((scheme) => ({
      id: `theme-${scheme}`,
      label: `Theme: ${scheme === 'auto' ? 'as the system' : scheme}`,
      leftSection: <IconSunMoon size={20} stroke={1.6} />,
      onClick: () => setColorScheme(scheme),
    })),
  ];
};

const useThreadActions = (query: string): SpotlightActionData[] => {
  const navigate = useNavigate();
  const [wanted] = useDebouncedValue(query.trim(), 150);
  const { data = [] } = useQuery({
    queryKey: ['threads', 'palette', wanted],
    queryFn: () => findThreads(wanted, 6),
    enabled: wanted.length >= 3,
  });
  return data.map(({ thread_id: threadId, graph_id: graph, lifecycle }) => ({
    id: threadId,
    label: threadId,
    description: [graph, lifecycle?.state.replaceAll('_', ' ')].filter(Boolean).join(' · '),
    keywords: wanted,
    leftSection: <IconStack2 size={20} stroke={1.6} />,
    onClick: () => void navigate({ to: '/threads/$threadId', params: { threadId } }),
  }));
};
