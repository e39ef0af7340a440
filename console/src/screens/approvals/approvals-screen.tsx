import { Stack, Text } from '@mantine/core';
import { IconMoodCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { approvalQuery, approvalsQuery, type Approval } from '../../api/queries.ts';
import { ApprovalCard } from '../../parts/approval/approval-card.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { ApprovalList, type More } from './approval-list.tsx';
import classes from './approvals.module.css';

/** Everything that waits for a person: a list, and the question in front. */
export const ApprovalsScreen = () => {
  const { tool } = useSearch({ from: '/approvals' });
  const waiting = useInfiniteQuery(approvalsQuery({ tool }));
  const items = waiting.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      <Title total={waiting.data?.pages[0]?.total ?? 0} />
      {waiting.error && <ErrorPanel error={waiting.error} onRetry={() => void waiting.refetch()} />}
      {waiting.isPending && <ListSkeleton />}
      {items && <Questions items={items} more={waiting} />}
    </Stack>
  );
};

const Title = ({ total }: { total: number }) => (
  <PageTitle
    title="Approvals"
    about={total > 0 ? `${total.toLocaleString()} waiting, oldest first` : undefined}
  />
);

const Questions = ({ items, more }: { items: Approval[]; more: More }) => {
  const { asked, shown, open, moveOn } = useInFront(items);
  if (shown === undefined) return <NothingWaits />;
  return (
    <div className={classes['split']} data-open={asked || undefined}>
      <ApprovalList items={items} current={shown} onOpen={open} more={more} />
      <InFront
        id={shown}
        listed={items.find(({ id }) => id === shown)}
        onDecided={() => moveOn(shown)}
        onBack={() => open(undefined)}
      />
    </div>
  );
};

/**
 * The question in front: the one that was asked for, else the first. That stays there whatever comes and goes in the list,
 * until a person opens another or decides it here: a click that is under way is about what was shown.
 */
const useInFront = (items: Approval[]) => {
  const { question } = useSearch({ from: '/approvals' });
  const navigate = useNavigate({ from: '/approvals' });
  const [first, setFirst] = useState<string>();
  const [decided, setDecided] = useState<string>();
  const next = question === undefined ? (first ?? items.find(({ id }) => id !== decided)?.id) : undefined;
  if (next !== first) setFirst(next);
  const open = (id: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, question: id }), replace: true });
  const moveOn = (from: string): void => {
    const after = nextAfter(items, from);
    setDecided(from);
    setFirst(after);
    open(after);
  };
  return { asked: question !== undefined, shown: question ?? next, open, moveOn };
};

/** The question after the one that was decided; the one before it when it was the last. */
const nextAfter = (items: Approval[], decided: string): string | undefined => {
  const place = items.findIndex(({ id }) => id === decided);
  return (items[place + 1] ?? items[place - 1])?.id;
};

const NothingWaits = () => (
  <EmptyState icon={IconMoodCheck} title="Nobody waits for you">
    <Text className="hp-soft" maw={420}>
      When an agent wants to do something that a person decides, it shows up here by itself.
    </Text>
    <LinkButton to="/launch" variant="default">
      Launch a run
    </LinkButton>
  </EmptyState>
);

interface InFrontProps {
  id: string;
  /** As the list has it, where it does. */
  listed: Approval | undefined;
  onDecided: () => void;
  onBack: () => void;
}

const InFront = ({ id, listed, onDecided, onBack }: InFrontProps) => {
  const question = useQuery(approvalQuery(id));
  const approval = question.data ?? listed;
  return (
    <div className={classes['front']}>
      <button type="button" className={classes['back']} onClick={onBack}>
        ← All questions
      </button>
      {question.error && <ErrorPanel error={question.error} onRetry={() => void question.refetch()} />}
      {!approval && question.isPending && <ListSkeleton rows={3} height={96} />}
      {approval && <ApprovalCard key={approval.id} approval={approval} onDecided={onDecided} />}
    </div>
  );
};
