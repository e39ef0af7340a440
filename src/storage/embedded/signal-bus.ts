import type { Signal, SignalBus } from '../ports.ts';

/** How signals leave and reach this process; absent when it is alone. */
export interface SignalLink {
  send(signal: Signal): void;
  receive(listener: (signal: Signal) => void): void;
}

/** Signals within the process, and over `link` with the others. */
export const createProcessSignalBus = (link?: SignalLink): SignalBus => {
  const listeners = new Set<(signal: Signal) => void>();
  const deliver = (signal: Signal): void => {
    for (const listener of listeners) listener(signal);
  };
  link?.receive(deliver);
  return {
    publish: (signal) => {
      deliver(signal);
      link?.send(signal);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
