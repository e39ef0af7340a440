import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { createRedact, secretsIn } from '../../src/telemetry/redact.ts';

describe('a line of the log', () => {
  const redact = createRedact(
    secretsIn({
      OPENAI_API_KEY: 'k-0123456789abcdef',
      MAIL_PASSWORD: 'hunter22!',
      HOME: '/srv/home',
      A_KEY: 'x',
    }),
  );

  it.each([
    ['k-0123456789abcdef', 'of the environment'],
    ['hunter22!', 'of the environment'],
    [`hpk_0123456789ab_${'A'.repeat(43)}`, 'an API key'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'of webhooks'],
    ['sk-proj-abcdefghijklmnop', 'of a model'],
    ['lsv2_pt_0123456789abcdef', 'of LangSmith'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl', 'a token'],
  ])('does not say %s: %s', (secret) => {
    for (const text of [
      secret,
      `Error: ${secret} is wrong`,
      JSON.stringify({ err: { message: `got ${secret}.` } }),
    ])
      expect(redact(text)).not.toContain(secret);
  });

  it('does not say what stands where a secret stands, and stays JSON', () => {
    const line = JSON.stringify({
      msg: 'smtp://anna:pa55word@mail.example failed',
      headers: { authorization: 'Bearer abc.def.ghi-jkl', 'x-api-key': 'abcdefghij' },
    });
    const safe = redact(line);
    expect(safe).not.toMatch(/pa55word|abc\.def|abcdefghij/);
    expect(JSON.parse(safe)).toMatchObject({ msg: 'smtp://anna:[redacted]@mail.example failed' });
  });

  it.each(['pa"ss\\word', 'line\nbreak', '12345678\\'])(
    'does not say a secret as JSON writes it: %j',
    (secret) => {
      const line = createRedact([secret])(JSON.stringify({ err: { message: `got ${secret}.` } }));
      expect(JSON.parse(line)).toEqual({ err: { message: 'got [redacted].' } });
    },
  );

  it('says words that are the value of a setting and no secret', () => {
    const said = Object.entries(SETTINGS).filter(([, setting]) => !('secret' in setting));
    const env = Object.fromEntries(said.map(([, { env: name }]) => [name, 'required']));
    expect(secretsIn(env)).toEqual([]);
  });

  it.each([
    ['{"token":12345678}', { token: '[redacted]' }],
    ['{"password": -1234567.5,"a":1}', { password: '[redacted]', a: 1 }],
    ['{"secret":[12345678]}', { secret: ['[redacted]'] }],
    ['{"api_key":[[123456,"a"],1]}', { api_key: [['[redacted]', 'a'], 1] }],
    ['{"token":"12345678","a":{"token":123}}', { token: '[redacted]', a: { token: 123 } }],
  ])('stays JSON where a secret is no text: %s', (line, safe) => {
    expect(JSON.parse(redact(line))).toEqual(safe);
  });

  it.each(['a', '-eyJ', '"token":[', 'hpk_', 'a://', 'basic ', ' '])(
    'takes no longer for each character of a long one: %j again and again',
    { timeout: 2000 },
    (piece) => {
      const text = piece.repeat(100_000 / piece.length);
      expect(redact(text) === text).toBe(true);
    },
  );

  it('says everything else as it is', () => {
    const line =
      '{"thread":"6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10","tokens":1234567,"at":"/srv/home","a":"x"}';
    expect(redact(line)).toBe(line);
  });
});
