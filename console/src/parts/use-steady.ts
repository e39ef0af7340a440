import { useEffect, useState } from 'react';

/** Shorter than anybody reads, longer than between the two of a double click. */
const LOOK_MS = 600;

/**
 * Whether what is shown has been there long enough to be seen. What is pressed before that was meant for what stood in its
 * place.
 */
export const useSteady = (shown: string): boolean => {
  const [seen, setSeen] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSeen(shown), LOOK_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return seen === shown;
};
