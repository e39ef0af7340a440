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
import type { LogLine } from '../../api/thread-queries.ts';
import type { Tone } from '../../parts/status.tsx';

interface Look {
  label: string;
  tone: Tone;
  icon: Icon;
}

/** What a line says happened, as the log calls it. */
export const KINDS: Record<LogLine['kind'], Look> = {
  launch: { label: 'Launched', tone: 'grey', icon: IconRocket },
  claim: { label: 'Started', tone: 'blue', icon: IconPlayerPlay },
  interrupt: { label: 'Asked', tone: 'amber', icon: IconHandStop },
  question: { label: 'Question', tone: 'amber', icon: IconHandStop },
  setDeadline: { label: 'Deadline set', tone: 'grey', icon: IconPencil },
  questionExpired: { label: 'Question expired', tone: 'amber', icon: IconHandStop },
  questionMovedOn: { label: 'Question moved on', tone: 'grey', icon: IconHandStop },
  questionReopened: { label: 'Question open again', tone: 'amber', icon: IconHandStop },
  decide: { label: 'Decided', tone: 'green', icon: IconCheck },
  remember: { label: 'Decision remembered', tone: 'grey', icon: IconPencil },
  revoke: { label: 'Remembered no more', tone: 'grey', icon: IconPencil },
  tool: { label: 'Tool ran', tone: 'grey', icon: IconTool },
  effectResolved: { label: 'Effect settled', tone: 'grey', icon: IconCheck },
  requestPause: { label: 'Pause requested', tone: 'violet', icon: IconPlayerPause },
  forcePause: { label: 'Step cut for a pause', tone: 'amber', icon: IconAlertTriangle },
  extendDrain: { label: 'Drain extended', tone: 'grey', icon: IconPencil },
  conditionMet: { label: 'Pause by a condition', tone: 'violet', icon: IconPlayerPause },
  failUnderThreshold: { label: 'Paused after errors', tone: 'violet', icon: IconPlayerPause },
  drained: { label: 'Paused', tone: 'violet', icon: IconPlayerPause },
  drainTimeout: { label: 'Drain timed out', tone: 'amber', icon: IconAlertTriangle },
  withdrawPause: { label: 'Pause withdrawn', tone: 'grey', icon: IconPlayerPlay },
  awaitResume: { label: 'Condition met, others wait', tone: 'violet', icon: IconPlayerPause },
  triggerResume: { label: 'Conditions met', tone: 'blue', icon: IconPlayerPlay },
  resume: { label: 'Resumed', tone: 'blue', icon: IconPlayerPlay },
  refuseResume: { label: 'Resume refused', tone: 'amber', icon: IconAlertTriangle },
  stop: { label: 'Emergency stop', tone: 'red', icon: IconPlayerStop },
  releaseStop: { label: 'Emergency stop released', tone: 'grey', icon: IconPlayerPlay },
  loseLease: { label: 'Worker lost', tone: 'amber', icon: IconAlertTriangle },
  releaseWorker: { label: 'Worker shut down', tone: 'violet', icon: IconPlayerPause },
  finish: { label: 'Finished', tone: 'green', icon: IconCheck },
  fail: { label: 'Failed', tone: 'red', icon: IconAlertTriangle },
  expire: { label: 'Timed out', tone: 'red', icon: IconAlertTriangle },
  requestCancel: { label: 'Cancel requested', tone: 'grey', icon: IconBan },
  requestRollback: { label: 'Rollback requested', tone: 'grey', icon: IconBan },
  cancel: { label: 'Cancelled', tone: 'grey', icon: IconBan },
  updateState: { label: 'State edited', tone: 'grey', icon: IconPencil },
  copy: { label: 'Copied', tone: 'grey', icon: IconPencil },
};

export const isKind = (kind: string): kind is LogLine['kind'] => kind in KINDS;

/** What a newer server says besides is called what its log calls it. */
export const lookOf = (kind: string): Look =>
  isKind(kind) ? KINDS[kind] : { label: kind, tone: 'grey', icon: IconActivity };
