import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { isRecord } from '../../api/errors.ts';
import { followSpeech, type Spoken } from '../../api/follow-speech.ts';
import type { Run, State } from '../../api/thread-queries.ts';

/** Where a run is at work, its models may be speaking. */
const SPEAKING = ['running', 'draining'];

/**
 * What models are saying on the thread and its state does not have yet. The page has one connection more while a run is at
 * work and somebody looks.
 */
export const useSpoken = (run: Run | undefined, state: State | undefined): Spoken[] => {
  const runId = run?.run_id;
  const threadId = run?.thread_id;
  const seen = useDocumentVisibility() === 'visible';
  const working = run !== undefined && SPEAKING.includes(run.lifecycle.state) && seen;
  const [spoken, setSpoken] = useState<Spoken[]>([]);
  useEffect(() => {
    if (!working || runId === undefined || threadId === undefined) return undefined;
    const leaving = new AbortController();
    const quietly = (): void => {};
    // What is not heard now is in the state a step later.
    followSpeech({ threadId, runId }, { signal: leaving.signal, onSpoken: setSpoken }).catch(quietly);
    return () => {
      leaving.abort();
      setSpoken([]);
    };
  }, [working, runId, threadId]);
  return spoken.filter((each) => !isIn(state, each));
};

const isIn = (state: State | undefined, { id, step }: Spoken): boolean => {
  const messages = isRecord(state?.values) ? state.values['messages'] : undefined;
  const known =
    Array.isArray(messages) && messages.some((each: unknown) => isRecord(each) && each['id'] === id);
  return known || step <= Number(state?.metadata?.['step']);
};
