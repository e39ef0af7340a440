import { SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { Suspense, useState } from 'react';
import { isRecord } from '../../api/errors.ts';
import { lazily } from '../../parts/lazily.tsx';
import { Folded } from './folded.tsx';
import { withoutEmpty, writtenMessages, type InputShape } from './input-shape.ts';
import { MessagesField } from './messages-field.tsx';

const SchemaForm = lazily(async () => (await import('../../parts/form/schema-form.tsx')).SchemaForm);
const JsonEditor = lazily(async () => (await import('../../parts/json/json-editor.tsx')).JsonEditor);

type Values = Record<string, unknown>;

interface Props {
  shape: InputShape;
  value: Values;
  onChange: (value: Values) => void;
  onValid: (valid: boolean) => void;
}

const WAYS = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
];

const asObject = (text: string): Values | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The input of the graph, by a form or as JSON. */
export const InputFields = ({ shape, value, onChange, onValid }: Props) => {
  const [json, setJson] = useState<string | null>(null);
  const invalid = json !== null && asObject(json) === undefined;
  const go = (way: string): void => setJson(way === 'json' ? JSON.stringify(value, null, 2) : null);
  const write = (text: string): void => {
    setJson(text);
    const read = asObject(text);
    onValid(read !== undefined);
    if (read) onChange(read);
  };
  return (
    <Stack gap="sm">
      <SegmentedControl
        data={WAYS}
        value={json === null ? 'form' : 'json'}
        onChange={go}
        disabled={invalid}
        aria-label="Fill in by"
        style={{ alignSelf: 'flex-start' }}
      />
      <Suspense fallback={<Skeleton height={140} />}>
        {json === null ? (
          <Fields shape={shape} value={value} onChange={onChange} onBroken={() => go('json')} />
        ) : (
          <JsonEditor label="Input as JSON" value={json} onChange={write} invalid={invalid} />
        )}
      </Suspense>
    </Stack>
  );
};

interface FieldsProps extends Omit<Props, 'onValid'> {
  onBroken: () => void;
}

const Fields = ({ shape, value, onChange, onBroken }: FieldsProps) => {
  const { messages, ...rest } = value;
  const written = writtenMessages(messages);
  const merge = (changes: Values): void => onChange({ ...value, ...changes });
  return (
    <>
      {shape.takesMessages &&
        (written ? (
          <MessagesField messages={written} onChange={(next) => merge({ messages: next })} />
        ) : (
          <Text size="sm">The messages are written as JSON: they can say more than a form.</Text>
        ))}
      {shape.rest && <Part schema={shape.rest} value={rest} onChange={merge} onBroken={onBroken} />}
      {shape.others && (
        <Folded label="Other fields of the input" opened={Object.keys(rest).length > 0}>
          <Part schema={shape.others} value={rest} onChange={merge} onBroken={onBroken} />
        </Folded>
      )}
    </>
  );
};

interface PartProps {
  schema: Values;
  value: Values;
  /** Says all fields of the part; what is not filled in is undefined. */
  onChange: (changes: Values) => void;
  onBroken: () => void;
}

const Part = ({ schema, value, onChange, onBroken }: PartProps) => {
  const names = Object.keys(schema['properties'] as Values);
  const own = Object.fromEntries(names.filter((name) => name in value).map((name) => [name, value[name]]));
  const change = (next: Values): void => {
    const filled = withoutEmpty(next);
    onChange(Object.fromEntries(names.map((name) => [name, filled[name]])));
  };
  return <SchemaForm schema={schema} value={own} onChange={change} onBroken={onBroken} defaults />;
};
