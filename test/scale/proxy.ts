import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP proxy that breaks what passes through it as networks do. */
export interface Proxy {
  port: number;
  /** Every connection there is ends, as when a router restarts. */
  cut(): void;
  /** Nothing passes any more and nobody is told; `open` makes new connections pass again, old ones stay dead. */
  halfOpen(): void;
  /** As {@link halfOpen}, for the one connection that is next to say this. */
  halfOpenAt(word: string): void;
  /** How many clients are connected. */
  clients(): number;
  /** Each packet comes so much later. */
  delay(ms: number): void;
  open(): void;
  close(): Promise<void>;
}

interface Target {
  port: number;
  /** Nothing that is notified comes back from the Postgres there; all else does. */
  deaf?: boolean;
}

export const startProxy = async (target: Target): Promise<Proxy> => {
  const pairs = new Set<Pair>();
  let delayMs = 0;
  let silent = false;
  let trap: string | undefined;
  const pass = (pair: Pair, to: Socket) => (data: Buffer) => {
    if (trap !== undefined && data.includes(trap)) [pair.dead, trap] = [true, undefined];
    if (pair.dead) return;
    if (delayMs === 0) to.write(data);
    else setTimeout(() => !pair.dead && to.writable && to.write(data), delayMs);
  };
  const server = createServer((client) => {
    const upstream = connect(target.port, '127.0.0.1');
    const pair: Pair = { client, upstream, dead: silent };
    pairs.add(pair);
    const end = (): void => {
      if (pair.dead) return; // the other side does not hear of it
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.on('data', pass(pair, upstream)).on('close', end).on('error', end);
    const back = pass(pair, client);
    const heard = target.deaf ? withoutNotifications(back) : back;
    upstream.on('data', heard).on('close', end).on('error', end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => pairs.forEach(destroy),
    halfOpen: () => {
      silent = true;
      pairs.forEach((pair) => (pair.dead = true));
    },
    halfOpenAt: (word) => (trap = word),
    clients: () => [...pairs].filter(({ client }) => !client.destroyed).length,
    delay: (ms) => (delayMs = ms),
    open: () => {
      silent = false;
      delayMs = 0;
    },
    close: async () => {
      pairs.forEach(destroy);
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
};

interface Pair {
  client: Socket;
  upstream: Socket;
  dead: boolean;
}

const NOTIFICATION = 'A'.charCodeAt(0);

/** Passes on what a Postgres says, message by message, but for what was notified. */
const withoutNotifications = (pass: (data: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (data: Buffer): void => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 5) {
      const size = 1 + rest.readUInt32BE(1);
      if (rest.length < size) return;
      if (rest[0] !== NOTIFICATION) pass(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  };
};

const destroy = ({ client, upstream }: Pair): void => {
  client.destroy();
  upstream.destroy();
};
