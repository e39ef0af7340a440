/** Whether there is a key by which runs may be traced to LangSmith, under the names its own libraries read. */
export const langsmithConfigured = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['LANGSMITH_API_KEY'] || env['LANGCHAIN_API_KEY']);
