import type { Compilable, CompiledQuery, QueryResult, RawBuilder } from 'kysely';
import type { LedgerConnection } from './connection.ts';

/** Stands, in a query that is built once, for what is given each time it is sent. */
class Given {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query of the path that each run takes: built and compiled once for each kind of database and each set of names
 * given, and sent with other values. What is undefined counts as not given. `build` can only bind what it is given: it
 * never sees the values.
 */
export const prepared = <Values extends object, Row>(
  build: (db: LedgerConnection, given: Values) => Compilable<Row> | RawBuilder<Row>,
) => {
  const compiled = new WeakMap<object, Map<string, CompiledQuery<Row>>>();
  return (db: LedgerConnection, values: Values): Promise<QueryResult<Row>> => {
    const { adapter } = db.getExecutor();
    const ofAdapter = compiled.get(adapter) ?? new Map<string, CompiledQuery<Row>>();
    compiled.set(adapter, ofAdapter);
    const names = Object.keys(values).filter((name) => values[name as keyof Values] !== undefined);
    const shape = names.join();
    const query = ofAdapter.get(shape) ?? build(db, placeholders<Values>(names)).compile(db);
    ofAdapter.set(shape, query);
    return db.executeQuery({ ...query, parameters: query.parameters.map((each) => valueOf(each, values)) });
  };
};

const placeholders = <Values>(names: string[]): Values =>
  Object.fromEntries(names.map((name) => [name, new Given(name)])) as Values;

const valueOf = (parameter: unknown, values: object): unknown =>
  parameter instanceof Given ? values[parameter.name as keyof typeof values] : parameter;
