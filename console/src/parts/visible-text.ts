import type { Options } from 'react-markdown';

/** Signs that make what comes after them read the other way round. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/gu;

/** The text as it is: signs that would have it read in another order than it is written are shown themselves. */
export const visible = (text: string): string =>
  text.replace(TURNS, (sign) => `⟦U+${sign.charCodeAt(0).toString(16).toUpperCase()}⟧`);

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

const show = (node: Node): void => {
  if (node.value !== undefined) node.value = visible(node.value);
  node.children?.forEach(show);
};

/** The same for markdown once it is read: it can name a sign by its number. */
export const showSigns: NonNullable<Options['rehypePlugins']> = [() => show];
