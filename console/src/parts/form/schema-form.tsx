import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import Form from '@rjsf/mantine';
import { useRef } from 'react';
import { inferSchema } from './infer-schema.ts';
import validator from './validator.ts';

interface Props {
  /** Null: it is made from the value. */
  schema: Record<string, unknown> | null;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
}

/** A form for a value of a schema. It has no button: what holds it sends it. */
export const SchemaForm = ({ schema, value, onChange }: Props) => {
  // Of the value as it was at first: fields do not come and go while somebody types.
  const { current: shape } = useRef(schema ?? inferSchema(value));
  const { current: uiSchema } = useRef(longTextsIn(shape, value));
  return (
    <Form
      tagName="div"
      schema={shape as RJSFSchema}
      uiSchema={uiSchema}
      formData={value}
      validator={validator}
      liveValidate
      showErrorList={false}
      onChange={({ formData }) => onChange((formData ?? {}) as Record<string, unknown>)}
    >
      <></>
    </Form>
  );
};

const LONG = 60;

/** A text of several lines, or a long one, gets a field of several lines. */
const longTextsIn = (schema: Record<string, unknown>, value: Record<string, unknown>): UiSchema => {
  const properties = Object.keys((schema['properties'] as object | undefined) ?? {});
  const long = properties.filter((name) => {
    const text = value[name];
    return typeof text === 'string' && (text.length > LONG || text.includes('\n'));
  });
  return {
    'ui:submitButtonOptions': { norender: true },
    ...Object.fromEntries(
      long.map((name) => [name, { 'ui:widget': 'textarea', 'ui:options': { autosize: true, minRows: 3 } }]),
    ),
  };
};
