/** How a person is told. `slack` is what Slack, Mattermost and others take as an incoming webhook. */
export const TARGET_CHANNELS = ['webhook', 'email', 'slack'] as const;

export type TargetChannel = (typeof TARGET_CHANNELS)[number];

/** What a person may be told of. */
export const TARGET_EVENTS = [
  'question',
  'question_expired',
  'paused',
  'resume_refused',
  'emergency_stop',
] as const;

export type TargetEvent = (typeof TARGET_EVENTS)[number];

/** Who is told of what, and how. */
export interface NotificationTarget {
  targetId: string;
  /** Only what concerns this assistant; null for all. */
  assistantId: string | null;
  channel: TargetChannel;
  /** An http(s) URL, or a mail address. */
  address: string;
  events: TargetEvent[];
  createdBy: string;
  createdAt: string;
}
