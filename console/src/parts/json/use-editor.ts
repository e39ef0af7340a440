import { json } from '@codemirror/lang-json';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef, type RefObject } from 'react';
import { nonce } from '../../app/nonce.ts';
import { editorTheme } from './theme.ts';

export interface EditorOptions {
  label: string;
  text: string;
  extensions: readonly Extension[];
}

/** An editor of JSON in the element that the answer is given to; made anew when any of the options changes. */
export const useEditor = ({ label, text, extensions }: EditorOptions): RefObject<HTMLDivElement | null> => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          extensions,
          json(),
          editorTheme,
        ],
      }),
    });
    return () => view.destroy();
  }, [label, text, extensions]);
  return place;
};

/** It can be read and moved through, not changed. */
export const READ_ONLY: Extension = [
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: '0' }),
];
