import { json } from '@codemirror/lang-json';
import { foldGutter } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useMemo, useRef } from 'react';
import { nonce } from '../../app/nonce.ts';
import classes from './json.module.css';
import { editorTheme } from './theme.ts';

/** A value as JSON, of whatever size: only what is in sight is drawn. */
export const JsonView = ({ label, value }: { label: string; value: unknown }) => {
  const place = useRef<HTMLDivElement>(null);
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? '', [value]);
  useEffect(() => {
    if (!place.current) return undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce),
          EditorView.lineWrapping,
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          foldGutter(),
          json(),
          editorTheme,
        ],
      }),
    });
    return () => view.destroy();
  }, [label, text]);
  return <div ref={place} className={classes['editor']} />;
};
