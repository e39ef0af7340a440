import { HoldpointError } from '../../model/errors.ts';

/** What a client asks for and this server does not do yet: silence would be taken for consent. */
export const unserved = (what: string): HoldpointError =>
  new HoldpointError('not_supported', `${what} is not served yet.`, {
    details: { field: what.split('=')[0] },
  });

/** @throws {HoldpointError} `not_supported` that names the first of `fields` that is set. */
export const refuseUnserved = (body: Record<string, unknown>, fields: readonly string[]): void => {
  const field = fields.find((name) => body[name] !== undefined && body[name] !== null);
  if (field !== undefined) throw unserved(field);
};
