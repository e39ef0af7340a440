import { expect, it } from 'vitest';
import type { Scope } from '../../src/model/api-key.ts';
import type { OutboundMessage } from '../../src/model/outbound.ts';
import type { ControlDeps } from '../../src/http/control/deps.ts';
import { outboundRoutes } from '../../src/http/control/outbound.ts';

const shown = async (url: string, ...scopes: Scope[]): Promise<string> => {
  const message = { url, body: '{}', nextMs: null } as OutboundMessage;
  const outbound = { get: () => Promise.resolve(message) };
  const routes = outboundRoutes({ outbound } as unknown as ControlDeps);
  const key = { keyId: 'k', scopes };
  const principal = { identity: 'key:k', displayName: 'k', permissions: [], user: {}, key };
  const request = { headers: {}, text: '', signal: new AbortController().signal, actor: 'k', principal };
  const route = routes.find(({ method, path }) => method === 'get' && path.endsWith(':outbound_id'));
  const answer = await route?.run({ params: { outbound_id: '1' }, query: {}, body: undefined, request });
  return (answer as { url: string }).url;
};

it('shows where a message goes without what may be a secret in it, but for who administers the server', async () => {
  const chat = 'https://bot:hunter2@hooks.example.com:8443/services/T0/SECRET?token=x';
  expect(await shown(chat, 'admin')).toBe(chat);
  expect(await shown(chat, 'read')).toBe('https://hooks.example.com:8443/…');
  expect(await shown('/told?by=run', 'read')).toBe('/told?by=run');
  expect(await shown('mailto:anna%40example.com', 'read')).toBe('mailto:anna%40example.com');
});
