/** The protocol's SDK. Loaded when somebody speaks MCP, so that a server on which nobody does has no cost of it. */
export const loadSdk = async () => {
  const [server, http, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { ...server, ...http, types };
};
