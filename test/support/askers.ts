/** So many clients at once, each with a connection of its own that it keeps. */
const CLIENTS = 20;

export interface Asked {
  /** Resolves once each of them has been answered. */
  begun: Promise<unknown>;
  /** Resolves once the server takes no connection any more. */
  over: Promise<void>;
  /** The threads whose run the server said it had made. */
  answered: Set<string>;
  /** Those whose request it broke off, and said nothing. */
  cut: string[];
}

/** Creates runs of a graph, each in a thread of its own, until the server is gone. */
export const askUntilGone = (url: string, graph: string): Asked => {
  const answered = new Set<string>();
  const cut: string[] = [];
  const ask = async (threadId: string): Promise<boolean> => {
    try {
      const response = await fetch(`${url}/threads/${threadId}/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ assistant_id: graph, if_not_exists: 'create', input: { steps: 1 } }),
      });
      if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`);
      await response.text();
      answered.add(threadId);
      return true;
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (code === undefined) throw error;
      if (code !== 'ECONNREFUSED') cut.push(threadId);
      return code !== 'ECONNREFUSED';
    }
  };
  const clients = Array.from({ length: CLIENTS }, () => {
    const first = ask(crypto.randomUUID());
    const goOn = async (): Promise<void> => {
      for (let there = await first; there;) there = await ask(crypto.randomUUID());
    };
    return { first, over: goOn() };
  });
  return {
    begun: Promise.all(clients.map(({ first }) => first)),
    over: Promise.all(clients.map(({ over }) => over)).then(() => {}),
    answered,
    cut,
  };
};
