import { describe, expect, it } from 'vitest';
import { askedUrl, ownUrl } from '../../src/http/own-url.ts';

describe('the address of the server, as its caller reached it', () => {
  it.each([
    [{ host: 'agents.example:8443' }, 'http://agents.example:8443'],
    [{ host: '[::1]:2024', 'x-forwarded-proto': 'https' }, 'https://[::1]:2024'],
    [{ host: 'agents.example', 'x-forwarded-proto': 'https,http' }, 'https://agents.example'],
    [{ host: 'agents.example', 'x-forwarded-proto': 'HTTP, https' }, 'http://agents.example'],
    [{ host: 'agents.example', 'x-forwarded-proto': 'javascript' }, 'http://agents.example'],
    [{ host: 'agents.example:99999' }, 'http://localhost'],
    [{ host: 'a"b' }, 'http://localhost'],
    [{}, 'http://localhost'],
  ])('is by %j %s', (headers, url) => {
    expect(ownUrl(headers)).toBe(url);
  });

  it('has what was asked for behind it, whatever that looks like', () => {
    const headers = { host: 'agents.example' };
    expect(askedUrl('/threads?limit=1', headers).href).toBe('http://agents.example/threads?limit=1');
    expect(() => askedUrl('http://a:99999/x', headers)).toThrow('is no address');
    expect(askedUrl('//', headers).href).toBe('http://agents.example//');
  });
});
