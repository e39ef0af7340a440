import {
  IconActivity,
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconHandStop,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRocket,
  IconTool,
  type Icon,
} from '@tabler/icons-react';
import type { Tone } from '../../parts/status.tsx';

interface Look {
  label: string;
  tone: Tone;
  icon: Icon;
}

/** What a line says happened, as the log calls it. */
export const KINDS: Record<string, Look> = {
  create: { label: 'Thread made', tone: 'grey', icon: IconPencil },
  launch: { label: 'Launched', tone: 'grey', icon: IconRocket },
  claim: { label: 'Started', tone: 'blue', icon: IconPlayerPlay },
  interrupt: { label: 'Asked', tone: 'amber', icon: IconHandStop },
  question: { label: 'Question', tone: 'amber', icon: IconHandStop },
  question_expired: { label: 'Question expired', tone: 'amber', icon: IconHandStop },
  decide: { label: 'Decided', tone: 'green', icon: IconCheck },
  remember: { label: 'Decision remembered', tone: 'grey', icon: IconPencil },
  revoke: { label: 'Remembered no more', tone: 'grey', icon: IconPencil },
  tool: { label: 'Tool ran', tone: 'grey', icon: IconTool },
  requestPause: { label: 'Pause requested', tone: 'violet', icon: IconPlayerPause },
  conditionMet: { label: 'Pause by a condition', tone: 'violet', icon: IconPlayerPause },
  failUnderThreshold: { label: 'Paused after errors', tone: 'violet', icon: IconPlayerPause },
  drained: { label: 'Paused', tone: 'violet', icon: IconPlayerPause },
  drainTimeout: { label: 'Drain timed out', tone: 'amber', icon: IconAlertTriangle },
  withdrawPause: { label: 'Pause withdrawn', tone: 'grey', icon: IconPlayerPlay },
  resume: { label: 'Resumed', tone: 'blue', icon: IconPlayerPlay },
  resume_refused: { label: 'Resume refused', tone: 'amber', icon: IconAlertTriangle },
  raise_budget: { label: 'Budget raised', tone: 'grey', icon: IconPencil },
  emergency_stop: { label: 'Emergency stop', tone: 'red', icon: IconPlayerStop },
  stop: { label: 'Stopped', tone: 'red', icon: IconPlayerStop },
  loseLease: { label: 'Worker lost', tone: 'amber', icon: IconAlertTriangle },
  finish: { label: 'Finished', tone: 'green', icon: IconCheck },
  fail: { label: 'Failed', tone: 'red', icon: IconAlertTriangle },
  expire: { label: 'Timed out', tone: 'red', icon: IconAlertTriangle },
  cancel: { label: 'Cancelled', tone: 'grey', icon: IconBan },
  update_state: { label: 'State edited', tone: 'grey', icon: IconPencil },
  copy: { label: 'Copied', tone: 'grey', icon: IconPencil },
};

/** One that has no words here is called what the log calls it. */
export const lookOf = (kind: string): Look =>
  KINDS[kind] ?? { label: kind.replaceAll('_', ' '), tone: 'grey', icon: IconActivity };
