import { describe, expect, it } from 'vitest';
import { asRefusal } from '../../src/http/a2a/refusals.ts';
import { loadSdk } from '../../src/http/a2a/sdk.ts';
import { refusalOf } from '../../src/http/protocol/command-answers.ts';
import { HoldpointError } from '../../src/model/errors.ts';

describe.each(['queue_full', 'worker_unavailable', 'embeddings_unavailable'] as const)('%s', (code) => {
  const error = new HoldpointError(code, 'not now');

  it('is no fault of the parameters of an A2A call', async () => {
    const sdk = await loadSdk();
    expect(asRefusal(sdk, error)).toMatchObject({ envelopeCode: -32603 });
  });

  it('is no fault of the argument of a command', () => {
    expect(refusalOf(1, error)).toMatchObject({ error: 'unknown_error', code });
  });
});
