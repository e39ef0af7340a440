/** Events every reader of a run gets. */
const ALWAYS = new Set(['metadata', 'error', 'feedback', 'lifecycle']);

/** Whether an event belongs to one of these modes; all do when none is named. */
export const wantsEvent = (modes: readonly string[] | undefined): ((event: string) => boolean) => {
  if (!modes || modes.length === 0) return () => true;
  const asked = new Set(modes);
  return (event) => ALWAYS.has(event) || asked.has(modeOf(event));
};

/** `messages/partial` is of mode `messages`; an event named `messages` is of `messages-tuple`. */
const modeOf = (event: string): string => {
  const name = event.split('|')[0] ?? event;
  if (name === 'messages') return 'messages-tuple';
  return name.startsWith('messages/') ? 'messages' : name;
};
