import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { waitFor } from 'holdpoint/gates';
import { z } from 'zod';

const Order = z.object({ order: z.string().min(1), amount: z.number() });
const Payment = z.object({ order: z.string(), amount: z.number() });

type Order = z.output<typeof Order>;
type Payment = z.output<typeof Payment>;

const State = Annotation.Root({
  /** The event that launched it. */
  event: Annotation<{ type: string; id: string; data: unknown } | null>({
    reducer: (_, next) => next,
    default: () => null,
  }),
  order: Annotation<Order | null>({ reducer: (_, next) => next, default: () => null }),
  payment: Annotation<Payment | null>({ reducer: (_, next) => next, default: () => null }),
  outcome: Annotation<string>({ reducer: (_, next) => next, default: () => '' }),
});

type Values = typeof State.State;

const accept = ({ event }: Values): Partial<Values> => ({ order: Order.parse(event?.data) });

/** Waits for the payment of this order, paused: that costs rows and no memory. One that came before is not missed. */
const awaitPayment = async ({ order }: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const match = { order: order?.order ?? '' };
  return { payment: Payment.parse(await waitFor('payment.received', { match, since: 0, config })) };
};

const settle = ({ order, payment }: Values): Partial<Values> => {
  const due = (order?.amount ?? 0) - (payment?.amount ?? 0);
  return { outcome: due > 0 ? `${order?.order}: ${due} are missing` : `${order?.order}: paid, to be sent` };
};

/** What a reader of the session log is shown. */
export const snapshot = ({ order, payment, outcome }: Values) => ({
  task: `settle order ${order?.order ?? ''}`,
  progress: outcome || (payment ? 'paid' : 'waiting for the payment'),
});

/** One event launches it, another lets it go on. */
export const graph = new StateGraph(State)
  .addNode('accept', accept)
  .addNode('awaitPayment', awaitPayment)
  .addNode('settle', settle)
  .addEdge(START, 'accept')
  .addEdge('accept', 'awaitPayment')
  .addEdge('awaitPayment', 'settle')
  .addEdge('settle', END)
  .compile();
