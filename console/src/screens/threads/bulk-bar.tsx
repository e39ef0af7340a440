import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { allMatching, type ThreadSearch } from '../../api/queries.ts';
import { notifyFailure } from '../../parts/notify.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import { BULK_ACTIONS, type BulkAction } from './bulk-actions.ts';
import classes from './threads.module.css';
import type { Selection } from './use-selection.ts';

interface Props {
  selection: Selection;
  search: ThreadSearch;
  total: number;
}

interface Doing {
  action: BulkAction;
  ids: string[];
}

/**
 * What can be done to the threads that are ticked, or to all that match. The dialog is about those that were ticked, or
 * matched, when it was opened, and stays until it is closed: what it does may take them off the page.
 */
export const BulkBar = (props: Props) => {
  const [doing, setDoing] = useState<Doing | null>(null);
  const { selection } = props;
  return (
    <>
      {selection.selected.length > 0 && <Bar {...props} onDo={setDoing} />}
      {doing && (
        <BulkDialog
          {...doing}
          onClose={(done) => {
            setDoing(null);
            if (done) selection.clear();
          }}
        />
      )}
    </>
  );
};

const Bar = ({ selection, search, total, onDo }: Props & { onDo: (doing: Doing) => void }) => {
  const { selected, all } = selection;
  const count = all ? total : selected.length;
  const read = useMutation({
    mutationFn: async (action: BulkAction): Promise<Doing> => ({
      action,
      ids: all ? await allMatching(search) : selected.map(({ thread_id: id }) => id),
    }),
    onSuccess: onDo,
    onError: notifyFailure('It could not be read which threads match'),
  });
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
          <Button
            key={each.name}
            size="xs"
            variant="default"
            disabled={read.isPending}
            onClick={() => read.mutate(each)}
          >
            {each.name}…
          </Button>
        ))}
        <Button size="xs" variant="subtle" onClick={selection.clear}>
          Clear
        </Button>
      </Group>
    </div>
  );
};
