export interface Change {
  threads: string[] | null;
  log: boolean;
  control: boolean;
}

/** Follows the change feed of a server. Answers once it has said hello. */
export const collectChanges = async (url: string) => {
  const ended = new AbortController();
  const response = await fetch(`${url}/changes`, { signal: ended.signal });
  if (!response.body) throw new Error('there is no feed');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  const next = async (): Promise<string> => {
    while (!rest.includes('\n\n')) {
      const { value, done } = await reader.read();
      if (done) throw new Error('the feed ended');
      rest += value;
    }
    const [event = '', ...others] = rest.split('\n\n');
    rest = others.join('\n\n');
    return event;
  };
  if (!(await next()).includes('event: hello'))
    throw new Error('the feed begins with something else than hello');
  return {
    /** Resolves with the first change from now on that is wanted. */
    until: async (wanted: (change: Change) => boolean): Promise<Change> => {
      for (;;) {
        const [, data] = /^data: (.*)$/m.exec(await next()) ?? [];
        const change = JSON.parse(data ?? 'null') as Change | null;
        if (change && wanted(change)) return change;
      }
    },
    close: () => ended.abort(),
  };
};
