import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The page's own colours, in both themes. */
export const editorTheme = [
  EditorView.theme({
    '&': { background: 'var(--hp-sunken)', color: 'var(--hp-text)', fontSize: '0.875rem' },
    '&.cm-focused': { outline: '2px solid var(--hp-accent)' },
    '.cm-content': { fontFamily: 'var(--hp-mono)', caretColor: 'var(--hp-text)', padding: '8px 4px' },
    '.cm-cursor': { borderLeftColor: 'var(--hp-text)' },
    '.cm-gutters': { background: 'var(--hp-sunken)', color: 'var(--hp-soft)', border: 'none' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
      background: 'var(--hp-accent-soft) !important',
    },
    '.cm-collapsedLines': { background: 'var(--hp-grey-bg)', color: 'var(--hp-grey-fg)' },
    '.cm-changedLine': { background: 'var(--hp-green-bg) !important' },
    '.cm-deletedChunk': { background: 'var(--hp-red-bg) !important' },
    '.cm-changedText': { background: 'transparent !important', textDecoration: 'underline' },
    '.cm-deletedText': { background: 'transparent !important', textDecoration: 'line-through' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: 'var(--hp-blue-fg)' },
      { tag: tags.string, color: 'var(--hp-green-fg)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--hp-violet-fg)' },
    ]),
  ),
];
