import { history, historyKeymap, insertNewlineAndIndent, standardKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { EditorView, keymap } from '@codemirror/view';
import { Text } from '@mantine/core';
import { useEffectEvent, useMemo, useState } from 'react';
import classes from './json.module.css';
import { useEditor } from './use-editor.ts';

/** Tab is none of the keys: it leaves the field, so that nobody is caught in it. */
const EDITING = [
  history(),
  bracketMatching(),
  indentOnInput(),
  keymap.of([{ key: 'Enter', run: insertNewlineAndIndent }, ...standardKeymap, ...historyKeymap]),
];

interface Props {
  label: string;
  /** What it begins with; from then on it says itself what is in it. */
  value: string;
  onChange: (text: string) => void;
  invalid: boolean;
}

/** A field for JSON. */
export const JsonEditor = ({ label, value, onChange, invalid }: Props) => {
  const [text] = useState(value);
  const changed = useEffectEvent(onChange);
  const extensions = useMemo(
    () => [
      EDITING,
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) changed(state.doc.toString());
      }),
    ],
    [],
  );
  const place = useEditor({ label, text, extensions });
  return (
    <div>
      <div ref={place} className={classes['editor']} />
      {invalid && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
          This is not a JSON object yet.
        </Text>
      )}
    </div>
  );
};
