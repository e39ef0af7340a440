// Imported under a name that says for which file: fallback-resolver.ts then finds the copy that this file finds.
export { Send, StateGraph } from '@langchain/langgraph';
