export type { ChatMessage, ChatToolCall, ModelRequest, Reply, Script, ScriptedCall } from './chat.ts';
export { type RehearsalModel, startRehearsalModel } from './rehearsal-model.ts';
export { readmeStory } from './story.ts';
