import { isRecord } from '../api/errors.ts';

/** The text of a message's content, which may be in blocks. */
export const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content.trim();
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) => (isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''))
    .join('\n')
    .trim();
};
