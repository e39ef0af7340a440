import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { isRecord } from '../../api/errors.ts';
import { launch, type LaunchInput } from '../../api/launch.ts';
import { newId } from '../../api/new-id.ts';

type Values = Record<string, unknown>;

export interface Draft {
  input: Values;
  context: Values;
  thread: string;
  whenBusy: 'reject' | 'enqueue';
  /** As JSON; empty: none. */
  config: string;
}

export type Change = (changes: Partial<Draft>) => void;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is wrong with the draft, field by field. */
export const problemsOf = ({ thread, config }: Draft): { thread?: string; config?: string } => ({
  ...(thread !== '' && !UUID.test(thread) && { thread: 'A thread id is a UUID' }),
  ...(config.trim() !== '' && configOf(config) === undefined && { config: 'This is not a JSON object yet' }),
});

const configOf = (text: string): Values | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The run that the draft asks for. */
export const askedFor = (agent: string, draft: Draft): LaunchInput => ({
  agent,
  ...(draft.thread !== '' && {
    threadId: draft.thread,
    ...(draft.whenBusy === 'enqueue' && { whenBusy: draft.whenBusy }),
  }),
  input: draft.input,
  ...(Object.keys(draft.context).length > 0 && { context: draft.context }),
  ...(draft.config.trim() !== '' && { config: configOf(draft.config) }),
});

/**
 * What is being filled in, and the launch of it; then the thread is shown. The draft has its key beforehand, and by it
 * the id of a new thread: what is launched again as it was, because no answer came, is one run.
 */
export const useLaunch = (agent: string, thread: string | undefined) => {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({
    input: {},
    context: {},
    thread: thread ?? '',
    whenBusy: 'reject',
    config: '',
  });
  const key = useRef(newId());
  const started = useMutation({
    mutationFn: ({ threadId = key.current, ...asked }: LaunchInput) =>
      launch({ ...asked, threadId }, key.current),
    onSuccess: (threadId) => navigate({ to: '/threads/$threadId', params: { threadId } }),
  });
  const change: Change = (changes) => {
    key.current = newId();
    setDraft((before) => ({ ...before, ...changes }));
  };
  return { draft, change, started, asked: askedFor(agent, draft), problems: problemsOf(draft) };
};
