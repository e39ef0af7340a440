import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { overviewQuery } from '../api/queries.ts';
import { showWaiting } from '../parts/page-title.tsx';

/** Tells, where nobody looks, that questions have come: politely to screen readers, and in the tab's title. */
export const Announcer = () => {
  const approvals = useQuery(overviewQuery()).data?.approvals;
  const before = useRef<number | undefined>(undefined);
  const [said, say] = useState('');
  useEffect(() => {
    if (approvals === undefined) return;
    showWaiting(approvals);
    const known = before.current ?? approvals;
    before.current = approvals;
    if (approvals > known)
      say(approvals === 1 ? 'A question waits for you.' : `${approvals} questions wait for you.`);
    // The same words are only heard again when they were gone.
    if (approvals < known) say('');
  }, [approvals]);
  return (
    <div className="hp-sr" role="status" aria-live="polite" data-testid="announcer">
      {said}
    </div>
  );
};
