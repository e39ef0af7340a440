import { json } from '@codemirror/lang-json';
import { EditorView } from '@codemirror/view';
import { Text } from '@mantine/core';
import CodeMirror from '@uiw/react-codemirror';
import { nonce } from '../../app/nonce.ts';
import classes from './json.module.css';
import { editorTheme } from './theme.ts';

const SETUP = { lineNumbers: false, foldGutter: false, highlightActiveLine: false, autocompletion: false };

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  invalid: boolean;
}

/** A field for JSON. Tab leaves it, so that nobody is caught in it. */
export const JsonEditor = ({ label, value, onChange, invalid }: Props) => (
  <div>
    <CodeMirror
      className={classes['editor']}
      value={value}
      onChange={onChange}
      theme="none"
      basicSetup={SETUP}
      indentWithTab={false}
      extensions={[
        EditorView.cspNonce.of(nonce),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        json(),
        editorTheme,
      ]}
    />
    {invalid && (
      <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
        This is not a JSON object yet.
      </Text>
    )}
  </div>
);
