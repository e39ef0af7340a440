import { Stack, Text } from '@mantine/core';
import { IconMoodCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
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
  const { question } = useSearch({ from: '/approvals' });
  const open = useOpenQuestion();
  const [first] = items;
  if (!first && question === undefined) return <NothingWaits />;
  return (
    <div className={classes['split']} data-open={question !== undefined || undefined}>
      <ApprovalList items={items} current={question ?? first?.id} onOpen={open} more={more} />
      <InFront
        id={question}
        first={first}
        onNext={(decided) => open(nextAfter(items, decided))}
        onBack={() => open(undefined)}
      />
    </div>
  );
};

const useOpenQuestion = () => {
  const navigate = useNavigate({ from: '/approvals' });
  return (id: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, question: id }), replace: true });
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
  id: string | undefined;
  first: Approval | undefined;
  onNext: (decided: string) => void;
  onBack: () => void;
}

const InFront = ({ id, first, onNext, onBack }: InFrontProps) => {
  const shown = id ?? first?.id;
  const question = useQuery({ ...approvalQuery(shown ?? ''), enabled: shown !== undefined });
  const approval = question.data ?? (first?.id === shown ? first : undefined);
  return (
    <div className={classes['front']}>
      <button type="button" className={classes['back']} onClick={onBack}>
        ← All questions
      </button>
      {question.error && <ErrorPanel error={question.error} onRetry={() => void question.refetch()} />}
      {!approval && question.isPending && <ListSkeleton rows={3} height={96} />}
      {approval && (
        <ApprovalCard key={approval.id} approval={approval} onDecided={() => onNext(approval.id)} />
      )}
    </div>
  );
};
