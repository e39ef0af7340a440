import { z } from 'zod';
import { HoldpointError, isHoldpointError, type ErrorCode } from '../../model/errors.ts';
import { check } from '../bounds.ts';
import { HTTP_STATUS } from '../error-map.ts';
import { CommandEnvelope } from './command-schemas.ts';

/** An answer to a command: a command that is refused is no refused request. */
export type CommandAnswer =
  | { type: 'success'; id: number; result: object; meta: { thread_id: string; applied_through_seq: number } }
  | { type: 'error'; id: number | null; error: ProtocolErrorCode; message: string; code?: ErrorCode };

type ProtocolErrorCode =
  | 'invalid_argument'
  | 'unknown_command'
  | 'unknown_error'
  | 'no_such_run'
  | 'no_such_subscription'
  | 'no_such_interrupt'
  | 'no_such_checkpoint'
  | 'permission_denied'
  | 'not_supported';

/** Ours in the words of the protocol; what is not named is an invalid argument, or not the fault of who asks. */
const WORDS: Partial<Record<ErrorCode, ProtocolErrorCode>> = {
  approval_already_decided: 'no_such_interrupt',
  invalid_transition: 'no_such_interrupt',
  checkpoint_not_found: 'no_such_checkpoint',
  run_not_found: 'no_such_run',
  origin_refused: 'permission_denied',
  forbidden: 'permission_denied',
  unauthenticated: 'permission_denied',
  not_supported: 'not_supported',
  rate_limited: 'unknown_error', // the same may be asked again
};

const byStatus = (code: ErrorCode): ProtocolErrorCode =>
  HTTP_STATUS[code] >= 500 ? 'unknown_error' : 'invalid_argument';

/** A connection has no such subscription. */
export class UnknownSubscription extends Error {
  constructor(id: string) {
    super(`There is no subscription ${id} on this connection.`);
  }
}

/** The number of a command, if it has one. */
export const idOf = (command: unknown): number | null => check(CommandEnvelope, command).data?.id ?? null;

/** What a command that fails is told; `code` is our own word. What is not ours is thrown on. */
export const refusalOf = (id: number | null, thrown: unknown): CommandAnswer => {
  if (thrown instanceof UnknownSubscription) return refusal(id, 'no_such_subscription', thrown.message);
  if (!isHoldpointError(thrown)) throw thrown;
  const { code, message } = thrown;
  return { type: 'error', id, error: WORDS[code] ?? byStatus(code), message, code };
};

export const refusal = (id: number | null, error: ProtocolErrorCode, message: string): CommandAnswer => ({
  type: 'error',
  id,
  error,
  message,
});

/** @throws {HoldpointError} `invalid_request` that says what is wrong. */
export const read = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = check(schema, value);
  if (parsed.success) return parsed.data;
  throw new HoldpointError('invalid_request', z.prettifyError(parsed.error));
};
