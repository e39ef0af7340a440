import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIPv6, SocketAddress } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** What came of one request. `never`: it would be refused again, so there is no use in trying. */
export type PostResult =
  | { kind: 'delivered'; status: number }
  | { kind: 'again' | 'never'; status: number | null; error: string; retryAfter?: string | undefined };

export interface PostRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** The receiver is this server: its private address is no secret. */
  trusted: boolean;
  signal: AbortSignal;
}

export type Post = (request: PostRequest) => Promise<PostResult>;

/** What comes of an attempt that was ended because its time was over. */
export const LATE: PostResult = {
  kind: 'again',
  status: null,
  error: 'the receiver did not answer in time',
};

/** Of an answer only so much is read, and thrown away. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Makes a function that posts and never throws. Loopback, private, link-local, mapped and other special addresses
 * are refused after the name was resolved, on the address that is connected to, unless `allow` has the address or
 * "private". A redirect is not followed: it is no delivery.
 */
export const createPost = (allow: readonly string[]): Post => {
  const rules = {
    allowPrivateIPAddress: allow.includes('private'),
    allowIPAddressList: allow.filter((entry) => entry !== 'private').map(resolved),
  };
  const agents = { http: new RequestFilteringHttpAgent(rules), https: new RequestFilteringHttpsAgent(rules) };
  return async ({ url, headers, body, trusted, signal }) => {
    const secure = url.protocol === 'https:';
    const agent = trusted ? undefined : secure ? agents.https : agents.http;
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const send = secure ? httpsRequest : httpRequest;
        const options = {
          method: 'POST',
          headers: withLength(headers, body),
          signal,
          ...(agent && { agent }),
        };
        const sent = send(url, options, resolve).once('error', reject);
        // Of an answer that leaves HTTP (101) only the head counts, as of any.
        sent.once('upgrade', (head) => resolve(head.destroy())).end(body);
      });
      await discard(response);
      return judge(response);
    } catch (error) {
      return signal.aborted ? LATE : failure(error);
    }
  };
};

/** As the resolver writes this address: addresses are compared as text. */
const resolved = (address: string): string =>
  new SocketAddress({ address, family: isIPv6(address) ? 'ipv6' : 'ipv4' }).address;

const withLength = (headers: Record<string, string>, body: string): Record<string, string> => ({
  ...headers,
  'content-length': String(Buffer.byteLength(body)),
});

/** Whatever becomes of the rest of an answer, its head has been said. */
const discard = async (response: IncomingMessage): Promise<void> => {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The head counts.
  } finally {
    response.destroy();
  }
};

const judge = ({ statusCode: status = 0, headers }: IncomingMessage): PostResult => {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'never', status, error: 'the receiver is gone (410)' };
  const hint = status >= 300 && status < 400 ? ': redirects are not followed' : '';
  return {
    kind: 'again',
    status,
    error: `the receiver answered ${status}${hint}`,
    retryAfter: headers['retry-after'],
  };
};

const failure = (error: unknown): PostResult => {
  const message = error instanceof Error ? error.message : String(error);
  if (/^DNS lookup .* is not allowed/.test(message)) {
    return {
      kind: 'never',
      status: null,
      error: `${message.split('.  Because')[0] ?? message} Add it to HOLDPOINT_OUTBOUND_ALLOW if it may be reached.`,
    };
  }
  return { kind: 'again', status: null, error: message || 'the receiver cannot be reached' };
};
