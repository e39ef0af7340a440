import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/composition/listen.ts';
import { publishAddress, publishedAddress } from '../../src/config/server-address.ts';
import { readSettings } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/server.ts';

const listenOn = async (host: string): Promise<string> => {
  const server = createServer();
  onTestFinished(() => void server.close());
  return listen(server, readSettings({ HOLDPOINT_HOST: host, HOLDPOINT_PORT: '0' }));
};

describe('the address that a server listens on', () => {
  it('may have the brackets that it has in URLs', () => {
    expect(readSettings({ HOLDPOINT_HOST: '[::1]' }).host).toBe('::1');
  });

  it.each(['203.0.113.5', '999.1.1.1'])(
    'is refused by its setting when it is none of this machine: %s',
    async (host) => {
      await expect(listenOn(host)).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringMatching(new RegExp(`^HOLDPOINT_HOST=${host} .*${host}.$`)) as string,
      });
    },
  );
});

it('a server that ends leaves where another of its data folder listens', () => {
  const dataDir = temporaryFolder();
  const takeBack = publishAddress(dataDir, 'http://127.0.0.1:1');
  const takeOthersBack = publishAddress(dataDir, 'http://127.0.0.1:2');
  takeBack();
  expect(publishedAddress(dataDir)).toBe('http://127.0.0.1:2');
  takeOthersBack();
  expect(publishedAddress(dataDir)).toBeUndefined();
});
