import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { effect as once, type Verified } from 'holdpoint/gates';
import { effect as happens, wasDone } from './effects.ts';

const State = Annotation.Root({
  /** What is done when it is not known whether it happened; `verify` asks the world. */
  rule: Annotation<'verify' | 'retry' | 'hold' | 'fail'>,
  /** Asks a question of its own afterwards. */
  asks: Annotation<boolean>,
  /** Never ends, once it has begun. */
  hangs: Annotation<boolean>,
  said: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

/** A mail server that knows a repetition by its key only when the graph relies on that. */
const send = async (
  { rule, hangs }: typeof State.State,
  config: LangGraphRunnableConfig,
  key: string,
): Promise<string> => {
  if (rule !== 'retry' || !wasDone(config, key)) happens(config, key);
  if (hangs) await new Promise(() => {});
  return `sent ${key}`;
};

const mail = async (state: typeof State.State, config: LangGraphRunnableConfig) => {
  const { rule, asks } = state;
  const sent = await once({
    name: 'mail',
    args: { to: 'team@example.com' },
    run: ({ key }) => send(state, config, key),
    ...(rule === 'verify'
      ? {
          verify: ({ key }): Promise<Verified<string>> =>
            Promise.resolve(
              wasDone(config, key) ? { happened: true, result: `found ${key}` } : { happened: false },
            ),
        }
      : { onInDoubt: rule }),
  });
  return { said: asks ? [sent, `told ${interrupt<string, string>('and now?')}`] : [sent] };
};

/** Sends one mail. */
export const doubtful = new StateGraph(State)
  .addNode('mail', mail)
  .addEdge(START, 'mail')
  .addEdge('mail', END)
  .compile();
