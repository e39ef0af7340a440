import { Text } from '@mantine/core';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import Form from '@rjsf/mantine';
import { CatchBoundary } from '@tanstack/react-router';
import { useRef } from 'react';
import { inferSchema } from './infer-schema.ts';
import validator from './validator.ts';

interface Props {
  /** Null: it is made from the value. */
  schema: Record<string, unknown> | null;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
  /** Whether fields that nobody filled in say what the schema has for them. */
  defaults?: boolean;
  /** Called where no form can be made of the schema and the value. */
  onBroken?: () => void;
}

/** A form for a value of a schema. It has no button: what holds it sends it. Not every schema and value can have one. */
export const SchemaForm = (props: Props) => (
  <CatchBoundary getResetKey={() => ''} errorComponent={Broken} onCatch={() => props.onBroken?.()}>
    <Fields {...props} />
  </CatchBoundary>
);

const Broken = () => <Text size="sm">No form can be made for this.</Text>;

const Fields = ({ schema, value, onChange, defaults = false }: Props) => {
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
      experimental_defaultFormStateBehavior={{
        emptyObjectFields: defaults ? 'populateAllDefaults' : 'skipDefaults',
      }}
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
