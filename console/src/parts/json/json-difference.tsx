import { json } from '@codemirror/lang-json';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { nonce } from '../../app/nonce.ts';
import classes from './json.module.css';
import { editorTheme } from './theme.ts';

/** What is different between two texts, lines that went and lines that came. */
export const JsonDifference = ({ before, after }: { before: string; after: string }) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current || before === after) return undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          EditorView.cspNonce.of(nonce),
          EditorView.lineWrapping,
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': 'Difference', tabindex: '0' }),
          json(),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            collapseUnchanged: { margin: 2, minSize: 6 },
          }),
          editorTheme,
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after]);
  if (before === after)
    return (
      <Text size="sm" className="hp-soft">
        Nothing is different.
      </Text>
    );
  return <div ref={place} className={classes['editor']} />;
};
