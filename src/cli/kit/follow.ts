import type { Outcome, Progress, Session } from '../../client/index.ts';
import { EXIT } from './command.ts';
import { outcomeJson, outcomeText } from './show-outcome.ts';
import { callInShort } from './show-question.ts';
import { visible, type Terminal } from './terminal.ts';

interface Following {
  session: Session;
  terminal: Terminal;
  /** Prints only what came of it, as JSON. */
  json: boolean;
}

/**
 * Shows a run node by node until it is at rest, then what came of it or what it asks. Ctrl C leaves it running and
 * says so. Answers the exit code.
 */
export const follow = async ({ session, terminal, json }: Following): Promise<number> => {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  process.once('SIGINT', leave);
  const lines = createLines(terminal);
  try {
    for await (const progress of session.events({ signal: leaving.signal })) if (!json) lines.add(progress);
  } finally {
    process.off('SIGINT', leave);
    lines.end();
  }
  if (leaving.signal.aborted) {
    terminal.tell(`\nYou left; the run goes on. Follow it again: holdpoint follow ${session.id}\n`);
    return EXIT.left;
  }
  const outcome = await session.status();
  if (json) terminal.json(outcomeJson(outcome));
  else terminal.print(`\n${outcomeText(outcome, terminal.paint)}`);
  return exitCodeOf(outcome);
};

/** Held or paused is where a run may be; failed is not. */
const exitCodeOf = ({ status }: Outcome): number =>
  ['error', 'timeout', 'cancelled', 'stopped'].includes(status) ? EXIT.failed : EXIT.done;

/** Progress as lines. What the model says is shown as it comes. */
const createLines = (terminal: Terminal) => {
  const { paint } = terminal;
  let speaking: string | undefined;
  const end = (): void => {
    if (speaking !== undefined) terminal.print('\n');
    speaking = undefined;
  };
  const line = (text: string): void => {
    end();
    terminal.print(`${text}\n`);
  };
  const speak = (node: string, text: string): void => {
    if (speaking !== node) {
      end();
      terminal.print(`${paint.dim('│')} `);
      speaking = node;
    }
    terminal.print(visible(text).replaceAll('\n', `\n${paint.dim('│')} `));
  };
  const add = (progress: Progress): void => {
    switch (progress.type) {
      case 'attempt':
        return progress.attempt > 1 ? line(paint.dim(`attempt ${progress.attempt}`)) : undefined;
      case 'token':
        return speak(progress.node, progress.text);
      case 'step':
        return line(`${paint.green('●')} ${paint.bold(visible(progress.node))}`);
      case 'tool_call':
        return line(`  ${paint.cyan('→')} ${callInShort(progress.name, progress.args)}`);
      case 'tool_result':
        return line(
          `  ${paint.cyan('←')} ${visible(progress.name)}: ${visible(progress.content.slice(0, 200))}`,
        );
      case 'custom':
        return line(`  ${paint.dim(visible(JSON.stringify(progress.data).slice(0, 200)))}`);
      case 'error':
        return line(`${paint.red('✗')} ${visible(progress.error)}: ${visible(progress.message)}`);
    }
  };
  return { add, end };
};
