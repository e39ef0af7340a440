import {
  IconActivity,
  IconAdjustmentsHorizontal,
  IconChecklist,
  IconRobot,
  IconRocket,
  IconStack2,
  type Icon,
} from '@tabler/icons-react';

export interface Screen {
  to: '/' | '/approvals' | '/launch' | '/control' | '/activity' | '/agents';
  label: string;
  icon: Icon;
  /** Pressed after g. */
  key: string;
  /** What it is for, in the command palette. */
  about: string;
}

/** What the navigation leads to, in its order. */
export const SCREENS: Screen[] = [
  { to: '/', label: 'Threads', icon: IconStack2, key: 't', about: 'What every agent does and wants' },
  {
    to: '/approvals',
    label: 'Approvals',
    icon: IconChecklist,
    key: 'a',
    about: 'Questions that wait for a person',
  },
  { to: '/launch', label: 'Launch', icon: IconRocket, key: 'l', about: 'Start a run' },
  {
    to: '/control',
    label: 'Control',
    icon: IconAdjustmentsHorizontal,
    key: 'c',
    about: 'Workers, the queue, pauses and pause windows',
  },
  { to: '/activity', label: 'Activity', icon: IconActivity, key: 'y', about: 'Who did what, on all threads' },
  { to: '/agents', label: 'Agents', icon: IconRobot, key: 'e', about: 'Assistants and their versions' },
];
