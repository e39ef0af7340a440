import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconHandStop,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  IconPlayerStop,
  IconPoint,
  type Icon,
} from '@tabler/icons-react';
import type { ThreadCard } from '../api/queries.ts';
import classes from './status.module.css';

export type LifecycleState = NonNullable<ThreadCard['lifecycle']>['state'];

export type Tone = 'blue' | 'amber' | 'green' | 'red' | 'grey' | 'violet';

interface Look {
  label: string;
  tone: Tone;
  icon: Icon;
  moving?: boolean;
}

const LOOKS: Partial<Record<LifecycleState, Look>> = {
  queued: { label: 'Queued', tone: 'grey', icon: IconHourglass },
  running: { label: 'Running', tone: 'blue', icon: IconLoader2, moving: true },
  draining: { label: 'Pausing', tone: 'violet', icon: IconLoader2, moving: true },
  awaiting_decision: { label: 'Needs you', tone: 'amber', icon: IconHandStop },
  paused: { label: 'Paused', tone: 'violet', icon: IconPlayerPause },
  stopped: { label: 'Stopped', tone: 'red', icon: IconPlayerStop },
  success: { label: 'Done', tone: 'green', icon: IconCheck },
  error: { label: 'Failed', tone: 'red', icon: IconAlertTriangle },
  timeout: { label: 'Timed out', tone: 'red', icon: IconClock },
  cancelled: { label: 'Cancelled', tone: 'grey', icon: IconBan },
};

const SCHEDULED: Look = { label: 'Scheduled', tone: 'grey', icon: IconClock };
const NEW: Look = { label: 'New', tone: 'grey', icon: IconPoint };

/** The state of a thread or a run: a colour, a picture and a word. */
export const Status = ({
  state,
  scheduled = false,
}: {
  state: LifecycleState | null;
  scheduled?: boolean;
}) => {
  const look = scheduled ? SCHEDULED : ((state && LOOKS[state]) ?? NEW);
  return <Pill {...look} />;
};

/** A small word in a colour that says what kind of thing it is. */
export const Pill = ({
  label,
  tone,
  icon: Picture,
  moving = false,
}: Omit<Look, 'icon'> & { icon?: Icon }) => (
  <span className={classes['pill']} data-tone={tone}>
    {Picture && (
      <Picture size={14} stroke={2} aria-hidden className={moving ? classes['moving'] : undefined} />
    )}
    {label}
  </span>
);
