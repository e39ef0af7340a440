import { isHoldpointError } from '../../model/errors.ts';
import type { Terminal } from './terminal.ts';

/** What an argument and an option have in common. */
export interface Taken {
  help: string;
  /** What somebody says, which may be nothing; any other names something. */
  text?: true;
  /** A whole id: that of a thread, of a run or of a pause. */
  uuid?: true;
}

/** What a command is called with, besides its options. */
export interface Argument extends Taken {
  name: string;
  optional?: true;
  /** Takes all that follow. */
  rest?: true;
}

export interface Option extends Taken {
  /** What stands for its value in the help; a flag without value has none. */
  value?: string;
  /** May be given several times. */
  many?: true;
  /** Understood, but left out of the help, which would be long. */
  quiet?: true;
}

/** What was given for an option: text, `true` for a flag, a list for one that may be repeated. */
type Given<O extends Option> = Option extends O
  ? string | true | string[]
  : O extends { many: true }
    ? string[]
    : O extends { value: string }
      ? string
      : true;

export type Options = Record<string, Option>;
export type GivenOptions<T extends Options> = { [K in keyof T]?: Given<T[K]> | undefined };

export interface Input<T extends Options> {
  args: string[];
  options: GivenOptions<T>;
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
}

/** A command, declared once: this is what is parsed, what `--help` shows and what docs/cli.md says. */
export interface Command<T extends Options = Options> {
  name: string;
  /** One line. */
  summary: string;
  /** More, in sentences. */
  about?: string;
  args: readonly Argument[];
  options: T;
  examples: readonly { run: string; says: string }[];
  /** Answers the exit code. */
  run(input: Input<T>): Promise<number>;
}

/** Declares a command; what `run` gets follows from its options. */
export const command = <const T extends Options>(declared: Command<T>): Command =>
  declared as unknown as Command;

/** 0 done · 1 failed · 2 wrong usage · 130 left with Ctrl C. */
export const EXIT = { done: 0, failed: 1, usage: 2, left: 130 } as const;

/** The command line cannot be understood, or fits several things: exit code 2. Nothing has changed. */
export class UsageError extends Error {}

/** There is nothing that what was given fits: exit code 1. */
export class NotFound extends Error {}

/** What was given and is refused here, before a server is asked, is wrong usage. */
export const asUsage = (error: unknown): never => {
  if (isHoldpointError(error) && error.code === 'invalid_request') throw new UsageError(error.message);
  throw error;
};
