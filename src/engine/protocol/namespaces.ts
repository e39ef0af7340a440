import { createLifecycleTransformer } from '@langchain/langgraph/web';
import type { Unplaced } from './protocol-event.ts';

/** Says when a subgraph or node begins and ends, from what comes out of it; LangGraph's own rules. One per attempt. */
export interface Namespaces {
  /** What the event says of namespaces. */
  see(event: Unplaced): Unplaced[];
  /** How everything under way ended. */
  end(how: 'completed' | 'interrupted' | 'failed'): Unplaced[];
}

export const createNamespaces = (): Namespaces => {
  const transformer = createLifecycleTransformer({ emitRootOnRegister: false });
  let said: Unplaced[] = [];
  transformer.init();
  transformer.onRegister?.({
    push: (namespace, event) => {
      said.push({ method: 'lifecycle', namespace, data: event.params.data });
    },
  });
  const take = (): Unplaced[] => {
    const taken = said;
    said = [];
    return taken;
  };
  const process = ({ method, namespace, node, data }: Unplaced): void => {
    const params = { namespace, timestamp: 0, ...(node !== undefined && { node }), data };
    transformer.process({ type: 'event', seq: 0, method, params } as Parameters<
      typeof transformer.process
    >[0]);
  };
  return {
    see: (event) => {
      process(event);
      return take();
    },
    end: (how) => {
      if (how === 'interrupted') {
        process({ method: 'input', namespace: [], data: { event: 'requested', id: 'stopped' } });
      }
      if (how === 'failed') transformer.fail?.(new Error('failed'));
      else void transformer.finalize?.();
      return take();
    },
  };
};
