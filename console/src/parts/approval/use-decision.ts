import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { decide, type DecisionKind, type Verdict } from '../../api/actions.ts';
import { asApiError } from '../../api/errors.ts';
import type { Approval } from '../../api/queries.ts';
import { notifyDone } from '../notify.tsx';
import { useSteady } from '../use-steady.ts';
import type { Held } from './question.ts';

export type Remember = 'no' | 'thread' | 'assistant';

export interface Deciding {
  /** Which call is in front. */
  place: number;
  go: (place: number) => void;
  verdicts: (Verdict | null)[];
  /** What is being written about the call in front; null while it is only looked at. */
  mode: Exclude<DecisionKind, 'approve'> | null;
  setMode: (mode: Deciding['mode']) => void;
  /** Decides about the call in front. The only one is sent at once; of several, all together when each is decided. */
  say: (verdict: Verdict) => void;
  /** Sends what was decided about each of several. */
  send: () => void;
  context: string;
  setContext: (text: string) => void;
  remember: Remember;
  setRemember: (remember: Remember) => void;
  /** Whether what is shown has been there long enough to be decided. */
  steady: boolean;
  sending: boolean;
  error: unknown;
}

const DONE: Record<DecisionKind, string> = {
  approve: 'Approved',
  edit: 'Approved with edits',
  reject: 'Rejected',
  respond: 'Answered',
};

/** An edit is for one call only. */
export const mayRemember = (verdicts: (Verdict | null)[]): boolean =>
  verdicts.every((verdict) => verdict?.decision !== 'edit');

interface Question {
  approval: Approval;
  held: Held[];
  /** Its place among those that are shown. */
  row: number;
  onDecided: () => void;
  /** Called when it was answered too late. */
  onLate?: (() => void) | undefined;
}

/** What a person is about to say to a question. Nothing leaves the page before all of it is said. */
export const useDecision = ({ approval, held, row, onDecided, onLate }: Question): Deciding => {
  const queries = useQueryClient();
  const [place, setPlace] = useState(0);
  const [mode, setMode] = useState<Deciding['mode']>(null);
  const [verdicts, setVerdicts] = useState<(Verdict | null)[]>(() => held.map(() => null));
  const [context, setContext] = useState('');
  const [remember, setRemember] = useState<Remember>('no');
  const sent = useMutation({
    mutationFn: (all: Verdict[]) =>
      decide({
        approvalId: approval.id,
        payloadHash: approval.payload_hash,
        verdicts: all,
        additionalContext: context.trim() || undefined,
        remember: remember === 'no' || !mayRemember(all) ? undefined : remember,
      }),
    onSuccess: (_decided, all) => {
      notifyDone(all.length === 1 && all[0] ? DONE[all[0].decision] : `${all.length} decisions sent`);
      onDecided();
    },
    onError: (thrown) => {
      if (asApiError(thrown).status !== 409) return;
      onLate?.();
      void queries.invalidateQueries({ queryKey: ['approvals'] });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['overview'] }),
  });
  const decided = verdicts.filter((each) => each !== null);
  const sending = sent.isPending || sent.isSuccess;
  const steady = useSteady([row, place, decided.length].join());
  const go = (next: number): void => {
    setPlace(next);
    setMode(null);
  };
  return {
    place,
    go,
    verdicts,
    mode,
    setMode,
    context,
    setContext,
    remember,
    setRemember,
    steady,
    sending,
    error: sent.error,
    say: (verdict) => {
      if (sending) return;
      if (held.length === 1) return sent.mutate([verdict]);
      const next = verdicts.map((each, index) => (index === place ? verdict : each));
      setVerdicts(next);
      const open = next.findIndex((each) => each === null);
      go(open === -1 ? place : open);
    },
    send: () => {
      if (decided.length === held.length) sent.mutate(decided);
    },
  };
};
