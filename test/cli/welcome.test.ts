import { afterEach, describe, expect, it, vi } from 'vitest';
import { welcome } from '../../src/cli/serve.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { RunningServer } from '../../src/server.ts';

const SERVER = { url: 'http://127.0.0.1:2024', graphs: ['agent'], model: 'configured' } as RunningServer;

/** The line of the start about the model. */
const modelLine = (env: Record<string, string>): string | undefined => {
  for (const name of ['OPENAI_BASE_URL', 'OPENAI_MODEL']) vi.stubEnv(name, env[name]);
  return /^ {2}Model {4}(.*)$/m.exec(welcome(SERVER, readSettings({})))?.[1];
};

describe('the start', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [{}, "each graph's own default (OPENAI_MODEL names one for all) at OpenAI"],
    [{ OPENAI_MODEL: 'small' }, 'small at OpenAI'],
    [{ OPENAI_MODEL: 'small', OPENAI_BASE_URL: 'http://models:8000/v1' }, 'small at http://models:8000/v1'],
  ])('says which model the agents talk to, and where: %j', (env, said) => {
    expect(modelLine(env)).toBe(said);
  });

  it.each([
    'http://user:hidden@models:8000/v1',
    'http://hidden@models:8000/v1?key=hidden#hidden',
    'user:hidden@models/v1',
    'no address, hidden',
  ])('shows no credentials of the address of a model: %s', (url) => {
    expect(modelLine({ OPENAI_BASE_URL: url })).toMatch(
      / at (http:\/\/models:8000\/v1|what OPENAI_BASE_URL says)$/,
    );
  });
});
