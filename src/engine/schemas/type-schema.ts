import type ts from 'typescript';
import { MESSAGE_SCHEMA, MESSAGES_SCHEMA } from './message-schema.ts';

type Schema = Record<string, unknown>;

interface Context {
  ts: typeof ts;
  checker: ts.TypeChecker;
  /** Where types are looked at from. */
  at: ts.Node;
  /** Types that are being converted: one that comes up again within itself is referred to. */
  open: Map<ts.Type, { name: string; used: boolean }>;
  definitions: Schema;
}

/** Deeper than this anything is allowed: no form shows more, and types may be endless. */
const MAX_DEPTH = 12;
const MAX_ALTERNATIVES = 50;

/** JSON Schema of a type, as far as JSON can say it; undefined when the type says nothing. */
export const typeSchema = (
  compiler: { ts: typeof ts; checker: ts.TypeChecker; at: ts.Node },
  type: ts.Type,
): Schema | undefined => {
  const definitions: Schema = {};
  const schema = convert({ ...compiler, open: new Map(), definitions }, type);
  if (saysNothing(schema)) return undefined;
  return Object.keys(definitions).length > 0 ? { ...schema, definitions } : schema;
};

/** Anything, or any object. */
const saysNothing = ({ type, properties, additionalProperties = {}, ...rest }: Schema): boolean =>
  Object.keys(rest).length === 0 &&
  properties === undefined &&
  (type === undefined || type === 'object') &&
  Object.keys(additionalProperties as object).length === 0;

const convert = (context: Context, type: ts.Type): Schema => {
  const { TypeFlags } = context.ts;
  if (isMessage(type)) return MESSAGE_SCHEMA;
  if (type.isUnion()) return union(context, type);
  const simple = primitive(context, type);
  if (simple) return simple;
  if (type.flags & TypeFlags.TypeParameter) {
    const constraint = context.checker.getBaseConstraintOfType(type);
    return constraint && constraint !== type ? convert(context, constraint) : {};
  }
  if (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) return structure(context, type);
  return {};
};

const primitive = ({ ts: { TypeFlags }, checker }: Context, type: ts.Type): Schema | undefined => {
  const { flags } = type;
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (flags & TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
  if (flags & TypeFlags.StringLike) return { type: 'string' };
  if (flags & TypeFlags.NumberLike) return { type: 'number' };
  if (flags & TypeFlags.BooleanLike) return { type: 'boolean' };
  if (flags & TypeFlags.Null) return { type: 'null' };
  return undefined;
};

const union = (context: Context, type: ts.UnionType): Schema => {
  const { TypeFlags } = context.ts;
  const members = type.types.filter(
    (member) => !(member.flags & (TypeFlags.Undefined | TypeFlags.Void)) && !isOverwrite(member),
  );
  if (members.some((member) => isMessageList(context, member))) return MESSAGES_SCHEMA;
  if (members.some(isMessage)) return MESSAGE_SCHEMA;
  const schemas = members.slice(0, MAX_ALTERNATIVES).map((member) => convert(context, member));
  if (schemas.some((schema) => Object.keys(schema).length === 0)) return {};
  return alternatives(schemas);
};

/** Literals become one enumeration, `true` and `false` a boolean, and what is said twice is said once. */
const alternatives = (schemas: Schema[]): Schema => {
  const values = schemas.filter((schema) => 'const' in schema).map((schema) => schema['const']);
  const others = new Map(
    schemas.filter((schema) => !('const' in schema)).map((schema) => [JSON.stringify(schema), schema]),
  );
  const flags = values.filter((value) => typeof value === 'boolean');
  const words = values.filter((value) => typeof value !== 'boolean');
  if (flags.length === 2) others.set('boolean', { type: 'boolean' });
  const listed = flags.length === 2 ? words : values;
  const all = [...(listed.length > 0 ? [enumeration(listed)] : []), ...others.values()];
  return all.length === 1 ? (all[0] ?? {}) : { anyOf: all };
};

const enumeration = (values: unknown[]): Schema => {
  const kinds = new Set(values.map((value) => typeof value));
  return { ...(kinds.size === 1 && { type: [...kinds][0] }), enum: values };
};

const structure = (context: Context, type: ts.Type): Schema => {
  const { checker, open, definitions } = context;
  const within = open.get(type);
  if (within) {
    within.used = true;
    return { $ref: `#/definitions/${within.name}` };
  }
  if (open.size >= MAX_DEPTH) return {};
  const name = `${type.aliasSymbol?.name ?? type.symbol?.name ?? 'type'}_${open.size}`.replace(/\W/g, '');
  const entry = { name, used: false };
  open.set(type, entry);
  const schema =
    checker.isArrayType(type) || checker.isTupleType(type) ? list(context, type) : object(context, type);
  open.delete(type);
  if (!entry.used) return schema;
  definitions[name] = schema;
  return { $ref: `#/definitions/${name}` };
};

const list = (context: Context, type: ts.Type): Schema => {
  if (isMessageList(context, type)) return MESSAGES_SCHEMA;
  const { checker } = context;
  const items = checker.getTypeArguments(type as ts.TypeReference).map((item) => convert(context, item));
  if (checker.isArrayType(type)) return { type: 'array', items: items[0] ?? {} };
  return { type: 'array', items, minItems: items.length, maxItems: items.length };
};

/** What JSON makes of it: functions and symbols are left out, and of classes that are no data nothing is said. */
const object = (context: Context, type: ts.Type): Schema => {
  const { checker } = context;
  if (type.getCallSignatures().length > 0 || isOpaque(type)) return {};
  if (type.symbol?.name === 'Date') return { type: 'string', format: 'date-time' };
  const shown = checker.getPropertiesOfType(type).filter((property) => isData(context, property));
  const properties = shown.map((property) => [property.name, propertySchema(context, property)] as const);
  const required = shown.filter((property) => isRequired(context, property)).map(({ name }) => name);
  const index = checker.getIndexTypeOfType(type, context.ts.IndexKind.String);
  return {
    type: 'object',
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    ...(index && { additionalProperties: convert(context, index) }),
  };
};

/** Classes whose fields are not what JSON shows of them. */
const OPAQUE = new Set(['Map', 'Set', 'WeakMap', 'Promise', 'RegExp', 'Uint8Array', 'Buffer', 'ArrayBuffer']);

const isOpaque = (type: ts.Type): boolean => OPAQUE.has(type.symbol?.name ?? '');

const typeOf = ({ checker, at }: Context, property: ts.Symbol): ts.Type =>
  checker.getTypeOfSymbolAtLocation(property, at);

const isData = (context: Context, property: ts.Symbol): boolean =>
  !property.name.startsWith('__@') && typeOf(context, property).getCallSignatures().length === 0;

const isRequired = (context: Context, property: ts.Symbol): boolean => {
  const { SymbolFlags, TypeFlags } = context.ts;
  if (property.flags & SymbolFlags.Optional) return false;
  const type = typeOf(context, property);
  const parts = type.isUnion() ? type.types : [type];
  return !parts.some(({ flags }) => flags & (TypeFlags.Undefined | TypeFlags.Any | TypeFlags.Unknown));
};

const propertySchema = (context: Context, property: ts.Symbol): Schema => {
  const said = property.getDocumentationComment(context.checker).map(({ text }) => text);
  const description = said.join('').trim();
  return { ...convert(context, typeOf(context, property)), ...(description !== '' && { description }) };
};

/** LangChain's messages, by name: their own fields say more than any client sends. */
const isMessage = (type: ts.Type): boolean =>
  /^(Base|Human|AI|System|Tool|Function|Chat|Remove)Message(Chunk)?$/.test(type.symbol?.name ?? '');

const isMessageList = ({ checker }: Context, type: ts.Type): boolean => {
  if (!checker.isArrayType(type)) return false;
  const [item] = checker.getTypeArguments(type as ts.TypeReference);
  return item !== undefined && (item.isUnion() ? item.types.some(isMessage) : isMessage(item));
};

/** What code may return to replace a value, and no JSON can be. */
const isOverwrite = (type: ts.Type): boolean => (type.symbol?.name ?? '').startsWith('Overwrite');
