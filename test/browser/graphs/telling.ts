import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { callOut } from '../../graphs/call-out.ts';

/** Says half a sentence, waits at the address, and says the rest. */
class Teller extends BaseChatModel {
  readonly url: string;

  constructor(url: string) {
    super({});
    this.url = url;
  }

  _llmType(): string {
    return 'teller';
  }

  async _generate(): Promise<ChatResult> {
    return Promise.resolve({ generations: [{ text: '', message: new AIMessage('') }] });
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    for (const [place, words] of ['Once ', 'upon ', 'a time'].entries()) {
      if (place === 2) await callOut(this.url, 'half said');
      const chunk = new ChatGenerationChunk({ text: words, message: new AIMessageChunk(words) });
      yield chunk;
      await manager?.handleLLMNewToken(words, undefined, undefined, undefined, undefined, { chunk });
    }
  }
}

const State = Annotation.Root({ ...MessagesAnnotation.spec, url: Annotation<string> });

/** Tells a story that the test holds in the middle. */
export const telling = new StateGraph(State)
  .addNode('tell', async ({ url, messages }) => ({ messages: [await new Teller(url).invoke(messages)] }))
  .addEdge(START, 'tell')
  .addEdge('tell', END)
  .compile();
