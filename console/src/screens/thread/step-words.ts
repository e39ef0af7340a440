import type { State } from '../../api/thread-queries.ts';

/** A state in a few words: which step it is, and what comes next. */
export const stepOf = ({ metadata, next }: State): string => {
  const step = metadata?.['step'];
  const name = typeof step === 'number' ? `Step ${step}` : 'State';
  if (step === -1) return `${name}: the input`;
  return next.length > 0 ? `${name}, before ${next.join(', ')}` : `${name}, the end`;
};
