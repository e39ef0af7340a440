import { EXIT } from './command.ts';
import type { Terminal } from './terminal.ts';

const LOOK_MS = 100;

interface Watched<T> {
  look: () => Promise<T>;
  /** One line on how far it is; a line is shown when it differs from the one before. */
  line: (seen: T) => string;
  done: (seen: T) => boolean;
  terminal: Terminal;
  /** Shows nothing on the way. */
  quiet: boolean;
}

/** Looks until it is done, showing how far it is. Undefined when somebody left with Ctrl C. */
export const watch = async <T>({ look, line, done, terminal, quiet }: Watched<T>): Promise<T | undefined> => {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  process.once('SIGINT', leave);
  try {
    let shown = '';
    while (!leaving.signal.aborted) {
      const seen = await look();
      const now = line(seen);
      if (!quiet && now !== shown) terminal.print(`${now}\n`);
      shown = now;
      if (done(seen)) return seen;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return undefined;
  } finally {
    process.off('SIGINT', leave);
  }
};

/** What is said to somebody who left. */
export const left = (terminal: Terminal): number => {
  terminal.tell('\nYou left; it goes on.\n');
  return EXIT.left;
};
