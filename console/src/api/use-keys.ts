import { useRef } from 'react';
import { newId } from './new-id.ts';

/**
 * The idempotency key of what is sent: the same for as long as it says the same, so that what is sent again, because no
 * answer came, is done once.
 */
export const useKeys = (): ((asked: unknown) => string) => {
  const last = useRef({ content: '', key: '' });
  return (asked) => {
    const content = JSON.stringify(asked);
    if (content !== last.current.content) last.current = { content, key: newId() };
    return last.current.key;
  };
};
