/** The path of the server's address, where there is one, before that of a route. */
const beneath = (server: string, path: string): string => {
  const base = new URL(server).pathname.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`) ? path : base + path;
};

/** A TypeError, as of every `fetch` without an address to go to: clients do not try again after one. */
const noAddress = (): TypeError =>
  new TypeError(
    'This worker does not know where the server is. Start "holdpoint worker" with HOLDPOINT_API_URL, the address at which it reaches the API (http://api.example.com:2024).',
  );

/**
 * What code of a project uses to call the server it runs in, under the names LangGraph's own server gives them:
 * a `fetch` that takes paths, and the server's address once it listens. Whoever calls before that waits for it; once
 * it is certain that no address will come (`open(null)`), every call fails at once and says what to set.
 */
export const bindLoopback = (): { open: (url: string | null) => void } => {
  const globals = globalThis as Record<symbol, unknown>;
  let open = (_url: string | null): void => {};
  const opened = new Promise<string | null>((resolve) => (open = resolve));
  globals[Symbol.for('langgraph_api:fetch')] = async (path: string | URL, init?: RequestInit) => {
    const server = await opened;
    if (server === null) throw noAddress();
    // A client that was made before the address was known has put another one before its paths.
    const { pathname, search } = new URL(path, server);
    return fetch(new URL(beneath(server, pathname) + search, server), init);
  };
  return {
    open: (url) => {
      if (url !== null) globals[Symbol.for('langgraph_api:url')] = url;
      open(url);
    },
  };
};
