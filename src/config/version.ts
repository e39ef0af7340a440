import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const versionOf = (path: string): string => (require(path) as { version: string }).version;

/** Holdpoint's own version. */
export const version = versionOf('../../package.json');

/** Of the LangGraph this server was built with. */
export const langgraphVersion = versionOf('@langchain/langgraph/package.json');
