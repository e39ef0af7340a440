import { foldGutter } from '@codemirror/language';
import { useMemo } from 'react';
import classes from './json.module.css';
import { READ_ONLY, useEditor } from './use-editor.ts';

const EXTENSIONS = [READ_ONLY, foldGutter()];

/** A value as JSON, of whatever size: only what is in sight is drawn. */
export const JsonView = ({ label, value }: { label: string; value: unknown }) => {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? '', [value]);
  return <JsonText label={label} text={text} />;
};

/** The same of what is JSON already. */
export const JsonText = ({ label, text }: { label: string; text: string }) => {
  const place = useEditor({ label, text, extensions: EXTENSIONS });
  return <div ref={place} className={classes['editor']} />;
};
