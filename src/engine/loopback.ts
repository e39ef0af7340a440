/**
 * What code of a project uses to call the server it runs in, under the names LangGraph's own server gives them:
 * a `fetch` that takes paths, and the server's address once it listens.
 */
export const bindLoopback = (): { open: (url: string) => void } => {
  const globals = globalThis as Record<symbol, unknown>;
  let open = (_url: string): void => {};
  const listening = new Promise<string>((resolve) => (open = resolve));
  globals[Symbol.for('langgraph_api:fetch')] = async (path: string | URL, init?: RequestInit) =>
    fetch(new URL(path, await listening), init);
  return {
    open: (url) => {
      globals[Symbol.for('langgraph_api:url')] = url;
      open(url);
    },
  };
};
