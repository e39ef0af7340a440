import type { Signal } from '../storage/ports.ts';

/** Passes signals between this process and its workers, which start after the storage that listens. */
export const createSignalHub = () => {
  const listeners = new Set<(signal: Signal) => void>();
  let send = (_signal: Signal): void => {};
  return {
    link: {
      send: (signal: Signal) => send(signal),
      receive: (listener: (signal: Signal) => void) => void listeners.add(listener),
    },
    deliver: (signal: Signal) => listeners.forEach((listener) => listener(signal)),
    connect: (to: (signal: Signal) => void) => {
      send = to;
    },
  };
};
