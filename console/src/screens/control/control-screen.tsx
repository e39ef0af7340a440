import { Stack } from '@mantine/core';
import { PageTitle } from '../../parts/page-title.tsx';
import { Figures } from './figures.tsx';
import { PausesPanel } from './pauses-panel.tsx';
import { WaitingPanel } from './waiting-panel.tsx';
import { WindowsPanel } from './windows-panel.tsx';
import { WorkersPanel } from './workers-panel.tsx';

/** What runs, what waits, what is paused and when, and the processes that do the work. */
export const ControlScreen = () => (
  <Stack gap="xl">
    <Stack gap="md">
      <PageTitle title="Control" about="Workers, the queue, pauses and pause windows" />
      <Figures />
    </Stack>
    <PausesPanel />
    <WindowsPanel />
    <WaitingPanel />
    <WorkersPanel />
  </Stack>
);
