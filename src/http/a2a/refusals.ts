import type { ErrorCode, HoldpointError } from '../../model/errors.ts';
import { HTTP_STATUS } from '../error-map.ts';
import { RESUME_REFUSED } from './extension.ts';
import type { Sdk } from './sdk.ts';

/** The codes of JSON-RPC and A2A. */
export const RPC_CODES = {
  invalidParams: -32602,
  internal: -32603,
  taskNotFound: -32001,
  taskNotCancelable: -32002,
  unsupportedOperation: -32004,
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  run_not_found: RPC_CODES.taskNotFound,
  thread_not_found: RPC_CODES.taskNotFound,
  invalid_transition: RPC_CODES.unsupportedOperation,
  thread_busy: RPC_CODES.unsupportedOperation,
  thread_paused: RPC_CODES.unsupportedOperation,
  approval_already_decided: RPC_CODES.unsupportedOperation,
  approval_outdated: RPC_CODES.unsupportedOperation,
  not_supported: RPC_CODES.unsupportedOperation,
  stopped: RPC_CODES.unsupportedOperation,
  scope_paused: RPC_CODES.unsupportedOperation,
  preflight_failed: RESUME_REFUSED,
};

/** What is not named there: whether it is the fault of who asks, or the same may be asked again. */
const byStatus = (code: ErrorCode): number =>
  HTTP_STATUS[code] >= 500 ? RPC_CODES.internal : RPC_CODES.invalidParams;

/** An error of the protocol with this code; `data` says what a program needs to know. */
export const refusal = (
  { errors }: Sdk,
  { code, message, data }: { code: number; message: string; data?: Record<string, unknown> },
): Error => {
  const info = data && { '@type': 'holdpoint/error', ...data };
  const error = { code, message, ...(info && { data: [info] }) };
  const refused = new errors.JsonRpcTransportError({ jsonrpc: '2.0', id: null, error });
  return info ? Object.assign(refused, inVersion1(info)) : refused;
};

/** In version 1.0 the SDK tells the `data` of errors that have a name it knows, and asks them for it. */
const inVersion1 = (info: object) => ({ name: 'RequestMalformedError', toErrorInfo: () => info });

/** What was thrown, as the protocol says it. */
export const asRefusal = (sdk: Sdk, { code, message, details }: HoldpointError): Error =>
  refusal(sdk, { code: BY_CODE[code] ?? byStatus(code), message, data: { code, ...details } });
