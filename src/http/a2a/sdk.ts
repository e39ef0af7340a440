/** The protocol's SDK. Loaded when somebody speaks A2A, so that a server on which nobody does has no cost of it. */
export const loadSdk = async () => {
  const [types, server, compat, legacy, errors] = await Promise.all([
    import('@a2a-js/sdk'),
    import('@a2a-js/sdk/server'),
    import('@a2a-js/sdk/compat/v0_3'),
    import('@a2a-js/sdk/compat/v0_3/server'),
    import('@a2a-js/sdk/errors'),
  ]);
  return { types, server, compat, legacy, errors };
};

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;
