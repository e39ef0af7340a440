import { Button, Group, Skeleton, Tabs, Text } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { isRecord } from '../../api/errors.ts';
import type { Spoken } from '../../api/follow-speech.ts';
import { stateQuery, type Run, type State } from '../../api/thread-queries.ts';
import { THREAD_TABS, type ThreadParams } from '../../app/search-params.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { lazily } from '../../parts/lazily.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Messages } from './messages.tsx';
import { stepOf } from './step-words.ts';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';
import { useSpoken } from './use-spoken.ts';

const JsonView = lazily(async () => (await import('../../parts/json/json-view.tsx')).JsonView);
const JsonDifference = lazily(
  async () => (await import('../../parts/json/json-difference.tsx')).JsonDifference,
);

type Tab = (typeof THREAD_TABS)[number];

const LABELS: Record<Tab, string> = {
  messages: 'Messages',
  state: 'State',
  difference: 'Difference',
  raw: 'Raw',
};

/** What the address says is to be seen of the thread, and what there is of that. */
const useShownState = (threadId: string, run: Run | undefined) => {
  const { checkpoint, tab } = useSearch({ from: '/threads/$threadId' });
  const navigate = useNavigate({ from: '/threads/$threadId' });
  const state = useQuery(stateQuery(threadId, checkpoint));
  const now = checkpoint === undefined;
  const spoken = useSpoken(now ? run : undefined, now ? state.data : undefined);
  const show = (changes: ThreadParams): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  return { state, spoken, now, show, tab: tab ?? firstTab(state.data, spoken) };
};

const firstTab = (state: State | undefined, spoken: Spoken[]): Tab =>
  state && messagesIn(state).length + spoken.length === 0 ? 'state' : 'messages';

/** The state of the thread, now or at the checkpoint that is chosen. */
export const StatePanel = ({ threadId, run }: { threadId: string; run: Run | undefined }) => {
  const { state, spoken, now, show, tab } = useShownState(threadId, run);
  return (
    <section className={`hp-panel ${classes['panel']}`} aria-label="State">
      <Group justify="space-between" align="flex-start">
        <PanelTitle about={state.data?.created_at ? stepOf(state.data) : undefined}>
          {now ? 'State now' : 'State then'}
        </PanelTitle>
        {!now && (
          <Button size="xs" variant="default" onClick={() => show({ checkpoint: undefined })}>
            Back to now
          </Button>
        )}
      </Group>
      {state.error && <ErrorPanel error={state.error} onRetry={() => void state.refetch()} />}
      {state.isPending && <ListSkeleton rows={3} />}
      {state.data && (
        <StateTabs
          threadId={threadId}
          state={state.data}
          spoken={spoken}
          tab={tab}
          onTab={(next) => show({ tab: next })}
        />
      )}
    </section>
  );
};

const messagesIn = ({ values }: State): unknown[] => {
  const messages = isRecord(values) ? values['messages'] : undefined;
  return Array.isArray(messages) ? messages : [];
};

interface TabsProps {
  threadId: string;
  state: State;
  spoken: Spoken[];
  tab: Tab;
  onTab: (tab: Tab) => void;
}

const StateTabs = ({ threadId, state, spoken, tab, onTab }: TabsProps) => (
  <Tabs
    value={tab}
    onChange={(next) => onTab(THREAD_TABS.find((each) => each === next) ?? 'messages')}
    keepMounted={false}
  >
    <Tabs.List mb="md">
      {THREAD_TABS.map((each) => (
        <Tabs.Tab key={each} value={each}>
          {LABELS[each]}
        </Tabs.Tab>
      ))}
    </Tabs.List>
    <Suspense fallback={<Skeleton height={160} />}>
      <Tabs.Panel value="messages">
        {messagesIn(state).length + spoken.length === 0 ? (
          <EmptyState icon={IconMessages} title="This state has no messages" />
        ) : (
          <Messages messages={messagesIn(state)} spoken={spoken} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="state">
        <JsonView label="State" value={state.values} />
      </Tabs.Panel>
      <Tabs.Panel value="difference">
        <Difference threadId={threadId} state={state} />
      </Tabs.Panel>
      <Tabs.Panel value="raw">
        <JsonView label="Everything of this checkpoint" value={state} />
      </Tabs.Panel>
    </Suspense>
  </Tabs>
);

/** What the step before this state changed. */
const Difference = ({ threadId, state }: { threadId: string; state: State }) => {
  const parent = state.parent_checkpoint?.checkpoint_id ?? undefined;
  const before = useQuery({ ...stateQuery(threadId, parent), enabled: parent !== undefined });
  if (parent === undefined)
    return (
      <Text size="sm" className="hp-soft">
        There is no state before this one.
      </Text>
    );
  if (before.error) return <ErrorPanel error={before.error} onRetry={() => void before.refetch()} />;
  if (!before.data) return <ListSkeleton rows={3} />;
  return <JsonDifference before={pretty(before.data.values)} after={pretty(state.values)} />;
};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? '';
