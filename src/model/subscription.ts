/** What a subscriber of protocol v2 wants to hear. */
export interface Subscription {
  channels: string[];
  /** Only what comes from under one of these. */
  namespaces?: string[][] | undefined;
  /** And no more than so many levels beneath it. */
  depth?: number | undefined;
  /** Only events after this number. Without it a subscriber hears of the current run from its beginning. */
  since?: number | undefined;
}

const CHANNELS = new Set([
  'values',
  'updates',
  'messages',
  'tools',
  'lifecycle',
  'input',
  'checkpoints',
  'tasks',
  'custom',
]);

/** Whether there is a channel of this name; `custom:<name>` is one. */
export const isChannel = (name: string): boolean => CHANNELS.has(name) || /^custom:./.test(name);

/** The number after which a reader goes on who has the event of this id. Those that share its number are sent again. */
export const numberOfEventId = (id: string): number | undefined => {
  if (id === '-' || id === '-1') return 0;
  const match = /^(\d{1,16})(\.\d+)?$/.exec(id);
  return match ? Number(match[1]) - (match[2] === undefined ? 0 : 1) : undefined;
};
