import { type IncomingMessage, type RequestOptions, request as httpRequestTo } from 'node:http';
import { request as httpsRequestTo } from 'node:https';
import ipaddr from 'ipaddr.js';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

const PATIENCE_MS = 30_000;
export const MOST_BYTES = 256 * 1024;
const MOST_REDIRECTS = 5;

export interface WebRequest {
  /** `http:` or `https:`. */
  url: string;
  method: string;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
}

export interface WebAnswer {
  /** Where it came from in the end. */
  url: URL;
  response: IncomingMessage;
  /** 256 KiB at most; `cut` when there was more. */
  body: Buffer;
  cut: boolean;
}

/** Whether a request with this method, as the model gave it, only reads. Left out, it is GET. */
export const isReading = (method: unknown): boolean =>
  method === undefined || method === 'GET' || method === 'HEAD';

/** Addresses of private networks that may be called all the same: `HOLDPOINT_HTTP_ALLOW`, IPs and CIDRs. */
const allowedAddresses = (): string[] => {
  const listed = (process.env['HOLDPOINT_HTTP_ALLOW'] ?? '').split(',').map((entry) => entry.trim());
  const entries = listed.filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry));
  if (wrong !== undefined)
    throw new Error(`HOLDPOINT_HTTP_ALLOW has "${wrong}", which is neither an IP address nor a CIDR block`);
  // Addresses are compared as text: each is written as the resolver writes it.
  return entries.map((entry) => (ipaddr.isValid(entry) ? ipaddr.parse(entry).toString() : entry));
};

/** Refuses every connection to a private or reserved address, whatever name led there, when it is opened. */
const guardedAgent = (url: URL) => {
  const options = { allowIPAddressList: allowedAddresses(), keepAlive: false };
  return url.protocol === 'https:'
    ? new RequestFilteringHttpsAgent(options)
    : new RequestFilteringHttpAgent(options);
};

const open = (url: URL, request: WebRequest, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: request.method,
      headers: { 'user-agent': 'holdpoint-agent', 'accept-encoding': 'identity', ...request.headers },
      agent: guardedAgent(url),
      signal,
    };
    const outgoing = (url.protocol === 'https:' ? httpsRequestTo : httpRequestTo)(url, options, resolve);
    outgoing.once('error', reject);
    outgoing.once('upgrade', (head) => {
      head.destroy();
      reject(new Error('it answered 101: it wants to speak something else than HTTP'));
    });
    outgoing.end(request.body);
  });

/** What is said to one server is not said to another that it names. */
const withoutSecrets = (request: WebRequest): WebRequest => ({
  ...request,
  headers: Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(([name]) =>
      /^(accept|accept-language|user-agent)$/i.test(name),
    ),
  ),
});

/** Follows redirects of reading requests; a writing one was approved for its own URL only. */
const follow = async (
  request: WebRequest,
  signal: AbortSignal,
): Promise<{ url: URL; response: IncomingMessage }> => {
  let url = new URL(request.url);
  let sent = request;
  for (let hops = 0; ; hops += 1) {
    const response = await open(url, sent, signal);
    const { location } = response.headers;
    const moved = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) && location !== undefined;
    if (!moved || !isReading(request.method)) return { url, response };
    response.destroy();
    if (hops >= MOST_REDIRECTS) throw new Error(`it was redirected more than ${MOST_REDIRECTS} times`);
    const next = new URL(location, url);
    if (!/^https?:$/.test(next.protocol)) throw new Error(`it was redirected to ${next.protocol}`);
    if (next.origin !== url.origin) sent = withoutSecrets(sent);
    url = next;
  }
};

const readBody = async (response: IncomingMessage): Promise<{ body: Buffer; cut: boolean }> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > MOST_BYTES) break; // leaving the loop ends the connection
  }
  return { body: Buffer.concat(parts).subarray(0, MOST_BYTES), cut: size > MOST_BYTES };
};

/**
 * Asks a server of the internet, or of an address that the environment allows, and reads its answer: 256 KiB in 30
 * seconds at most. Redirects of reading requests are followed under the same rules.
 */
export const exchange = async (request: WebRequest, signal: AbortSignal | undefined): Promise<WebAnswer> => {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const either = signal === undefined ? patience : AbortSignal.any([patience, signal]);
  try {
    const { url, response } = await follow(request, either);
    return { url, response, ...(await readBody(response)) };
  } catch (error) {
    if (patience.aborted)
      throw new Error(`no complete answer within ${PATIENCE_MS / 1000} s`, { cause: error });
    throw error;
  }
};
