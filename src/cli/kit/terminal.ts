import pc from 'picocolors';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** Results. */
  print(text: string): void;
  /** One JSON value for scripts. */
  json(value: unknown): void;
  /** What went wrong, or what a person should know beside the result. */
  tell(text: string): void;
  paint: ReturnType<typeof pc.createColors>;
}

/** Colours only for a person who looks: not into a pipe, and not when NO_COLOR is set. */
export const createTerminal = (env: NodeJS.ProcessEnv): Terminal => {
  const colours = Boolean(process.stdout.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    print: (text) => void process.stdout.write(text),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    tell: (text) => void process.stderr.write(text),
    paint: pc.createColors(colours),
  };
};

/**
 * Text of a model, a tool or another person, safe to show: what would move the cursor, change colours or turn the
 * direction of writing is spelled out, so that nothing shown can hide what is really there.
 */
export const visible = (text: string): string =>
  text.replace(
    /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** The text with every line but the first moved in. */
export const indented = (text: string, by: string): string => text.split('\n').join(`\n${by}`);

/** Rows of cells under headings, as wide as needed. */
export const table = (headings: string[], rows: string[][]): string => {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map((row) => `${line(row)}\n`).join('');
};
