import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { HoldpointError } from '../model/errors.ts';

/**
 * Makes a function that lets only calls pass that are signed by Standard Webhooks with one of the secrets, in the last
 * five minutes; everything, when there is no secret.
 * @throws {HoldpointError} `unauthenticated` from that function.
 */
export const createVerifier = (secrets: readonly string[]) => {
  const keys = secrets.map((secret) => new Webhook(secret));
  return ({ headers, text }: { headers: IncomingHttpHeaders; text: string }): void => {
    if (keys.length === 0 || keys.some((key) => isSigned(key, headers, text))) return;
    throw new HoldpointError(
      'unauthenticated',
      'The call is not signed with HOLDPOINT_HOOK_SECRET by Standard Webhooks, or is older than five minutes.',
    );
  };
};

const isSigned = (key: Webhook, headers: IncomingHttpHeaders, text: string): boolean => {
  try {
    key.verify(text, headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
};
