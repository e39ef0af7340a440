import { unifiedMergeView } from '@codemirror/merge';
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import classes from './json.module.css';
import { READ_ONLY, useEditor } from './use-editor.ts';

/** What is different between two texts, lines that went and lines that came. */
export const JsonDifference = ({ before, after }: { before: string; after: string }) => {
  const extensions = useMemo(
    () => [
      READ_ONLY,
      unifiedMergeView({
        original: before,
        mergeControls: false,
        collapseUnchanged: { margin: 2, minSize: 6 },
      }),
    ],
    [before],
  );
  const same = before === after;
  const place = useEditor(same ? null : { label: 'Difference', text: after, extensions });
  if (same)
    return (
      <Text size="sm" className="hp-soft">
        Nothing is different.
      </Text>
    );
  return <div ref={place} className={classes['editor']} />;
};
