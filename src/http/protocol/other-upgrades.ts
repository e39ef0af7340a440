import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether it is asked to go on as a WebSocket, and as nothing else. */
export const isWebSocket = ({ headers: { upgrade = '' } }: IncomingMessage): boolean =>
  upgrade.trim().toLowerCase() === 'websocket';

/**
 * Answers a request that would go on in a protocol of which there is none here (`h2c`, say) as if it had not asked for
 * that (RFC 9110, 7.8): its connection begins anew, with the request in front.
 */
export const answerAsIfNotAsked = (
  server: Server,
  { request, stream, head }: { request: IncomingMessage; stream: Duplex; head: Buffer },
): void => {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!OF_UPGRADES.has(name.toLowerCase())) lines.push(`${name}: ${withoutUpgrade(name, value)}`);
  }
  stream.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', stream);
};

const OF_UPGRADES = new Set(['upgrade', 'http2-settings']);

/** What is said of the connection, without that it would be upgraded. */
const withoutUpgrade = (name: string, value: string): string =>
  name.toLowerCase() === 'connection'
    ? value
        .split(',')
        .filter((option) => !OF_UPGRADES.has(option.trim().toLowerCase()))
        .join(',')
    : value;
