import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { ThreadSearch } from '../../api/queries.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { BULK_ACTIONS, type BulkAction } from './bulk-actions.ts';
import classes from './threads.module.css';
import type { Selection } from './use-selection.ts';

interface Props {
  selection: Selection;
  search: ThreadSearch;
  total: number;
}

/** What can be done to the threads that are ticked, or to all that match. */
export const BulkBar = ({ selection, search, total }: Props) => {
  const [action, setAction] = useState<BulkAction | null>(null);
  const { selected, all } = selection;
  if (selected.length === 0) return null;
  const count = all ? total : selected.length;
  return (
    <div className={classes['bulk']} role="region" aria-label="Selected threads">
      <strong>{count.toLocaleString()} selected</strong>
      {!all && total > selected.length && (
        <Button variant="transparent" size="compact-sm" onClick={selection.selectAll}>
          Select all {total.toLocaleString()} matching
        </Button>
      )}
      <Group gap={6} ml="auto">
        {BULK_ACTIONS.map((each) => (
          <Button key={each.name} size="xs" variant="default" onClick={() => setAction(each)}>
            {each.name}…
          </Button>
        ))}
        <Button size="xs" variant="subtle" onClick={selection.clear}>
          Clear
        </Button>
      </Group>
      {action && (
        <BulkDialog
          action={action}
          count={count}
          threads={all ? { matching: search } : { ids: selected.map(({ thread_id: id }) => id) }}
          onClose={(done) => {
            setAction(null);
            if (done) selection.clear();
          }}
        />
      )}
    </div>
  );
};
