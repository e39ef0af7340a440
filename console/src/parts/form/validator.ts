import { Validator } from '@cfworker/json-schema';
import type {
  CustomValidator,
  ErrorSchema,
  ErrorTransformer,
  RJSFSchema,
  RJSFValidationError,
  UiSchema,
  ValidationData,
  ValidatorType,
} from '@rjsf/utils';
import { toErrorSchema } from '@rjsf/utils';

/** Which errors a form shows. Interprets schemas instead of compiling them, which the page's policy forbids. */
const check = (schema: RJSFSchema, data: unknown): RJSFValidationError[] => {
  const { errors } = new Validator(schema as object, '2020-12', false).validate(data);
  return errors
    .filter(({ keyword }) => keyword !== 'properties' && keyword !== 'items' && keyword !== '$ref')
    .map(({ instanceLocation, keyword, error }) => {
      const property = instanceLocation.replace(/^#/, '').replaceAll('/', '.');
      return { name: keyword, property, message: error, stack: `${property} ${error}` };
    });
};

/** The validator of all forms. */
const validator: ValidatorType = {
  // oxlint-disable-next-line max-params -- the form library calls it so
  validateFormData: (
    data: unknown,
    schema: RJSFSchema,
    _custom?: CustomValidator,
    transform?: ErrorTransformer,
    uiSchema?: UiSchema,
  ): ValidationData<unknown> => {
    const found = check(schema, data);
    const errors = transform ? transform(found, uiSchema) : found;
    return { errors, errorSchema: toErrorSchema(errors) as ErrorSchema<unknown> };
  },
  isValid: (schema: RJSFSchema, data: unknown, root: RJSFSchema): boolean =>
    check({ ...schema, $defs: { ...root.$defs, ...schema.$defs } }, data).length === 0,
  rawValidation: <Result>(schema: RJSFSchema, data?: unknown) => ({
    errors: check(schema, data) as Result[],
  }),
};

// The form library imports its own validator, whose place this takes, as a default.
export default validator; // oxlint-disable-line import/no-default-export -- in the place of a module that has one
