import { isRecord } from './json.ts';

/** The text of a message's content, which is text or a list of blocks. */
export const textOfContent = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => (isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''))
    .join('');
};
