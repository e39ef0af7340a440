import { useNavigate } from '@tanstack/react-router';
import { DataTable, type DataTableColumn } from 'mantine-datatable';
import type { Page } from '../../api/client.ts';
import { THREADS_PER_PAGE, type ThreadCard, type ThreadSearch, type ThreadSort } from '../../api/queries.ts';
import { TextLink } from '../../parts/link-button.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago, Until } from '../../parts/time.tsx';
import classes from './threads.module.css';
import type { Selection } from './use-selection.ts';
import { useRowKeys } from './use-row-keys.ts';
import { What } from './what.tsx';

interface Props {
  page: Page<ThreadCard>;
  search: ThreadSearch;
  selection: Selection;
  onChange: (changes: Partial<ThreadSearch>) => void;
}

const WIDE = '(min-width: 48em)';
const WIDER = '(min-width: 62em)';

const COLUMNS: DataTableColumn<ThreadCard>[] = [
  {
    accessor: 'status',
    title: 'Status',
    width: 132,
    render: ({ lifecycle, group }) => (
      <Status state={lifecycle?.state ?? null} scheduled={group === 'scheduled'} />
    ),
  },
  {
    accessor: 'graph_id',
    title: 'Graph',
    width: 150,
    sortable: true,
    ellipsis: true,
    visibleMediaQuery: WIDE,
  },
  {
    accessor: 'what',
    title: 'What it does or wants',
    render: (thread) => <What thread={thread} />,
    ellipsis: true,
  },
  { accessor: 'step', title: 'Step', width: 72, textAlign: 'right', visibleMediaQuery: WIDER },
  {
    accessor: 'updated_at',
    title: 'Updated',
    width: 116,
    sortable: true,
    visibleMediaQuery: WIDE,
    render: ({ updated_at: at, due_at: due }) => (due === null ? <Ago at={at} /> : <Until at={due} />),
  },
  {
    accessor: 'thread_id',
    title: 'Thread',
    width: 106,
    render: ({ thread_id: id }) => (
      <TextLink
        to="/threads/$threadId"
        params={{ threadId: id }}
        className="hp-mono"
        onClick={(event) => event.stopPropagation()}
      >
        {id.slice(0, 8)}
      </TextLink>
    ),
  },
];

const idOf = ({ thread_id: id }: ThreadCard): string => id;

/** A page of threads; each row leads to its thread. */
export const ThreadTable = ({ page, search, selection, onChange }: Props) => {
  const navigate = useNavigate();
  const open = ({ thread_id: threadId }: ThreadCard): void =>
    void navigate({ to: '/threads/$threadId', params: { threadId } });
  const current = useRowKeys(page.items, { idOf, open, toggle: selection.toggle });
  return (
    <DataTable
      className={classes['table']}
      records={page.items}
      idAccessor="thread_id"
      columns={COLUMNS}
      highlightOnHover
      verticalSpacing="xs"
      rowClassName={(_thread, index) => (index === current ? classes['current'] : undefined)}
      onRowClick={({ record }) => open(record)}
      selectedRecords={selection.selected}
      onSelectedRecordsChange={selection.set}
      getRecordSelectionCheckboxProps={({ thread_id: id }) => ({
        'aria-label': `Select thread ${id.slice(0, 8)}`,
      })}
      allRecordsSelectionCheckboxProps={{ 'aria-label': 'Select all threads on this page' }}
      sortStatus={{ columnAccessor: search.sort, direction: search.order }}
      onSortStatusChange={({ columnAccessor, direction }) =>
        onChange({ sort: columnAccessor as ThreadSort, order: direction })
      }
      totalRecords={page.total}
      recordsPerPage={THREADS_PER_PAGE}
      page={search.page + 1}
      onPageChange={(next) => onChange({ page: next - 1 })}
      paginationText={({ from, to, totalRecords }) => `${from} to ${to} of ${totalRecords.toLocaleString()}`}
      getPaginationControlProps={(control) => ({
        'aria-label': control === 'previous' ? 'Page before' : 'Next page',
      })}
    />
  );
};
