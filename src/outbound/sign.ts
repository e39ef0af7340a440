import { Webhook } from 'standardwebhooks';

export interface Signable {
  /** Stays the same over all attempts. */
  id: string;
  body: string;
  now: number;
}

/** Makes the headers of Standard Webhooks: the id, the time, and a signature by each secret, if there is one. */
export const createSigner = (secrets: readonly string[]) => {
  const keys = secrets.map((secret) => new Webhook(secret));
  return ({ id, body, now }: Signable): Record<string, string> => {
    const signatures = keys.map((key) => key.sign(id, new Date(now), body));
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
    };
  };
};
