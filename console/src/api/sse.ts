import { identityHeaders } from './identity.ts';
import { errorOf } from './errors.ts';

export interface ServerEvent {
  /** Empty for a mere sign of life. */
  event: string;
  data: string;
}

/** Silence longer than this is taken for a dead connection: the server sends a sign of life more often. */
const SILENCE_MS = 45_000;

const SIGN_OF_LIFE: ServerEvent = { event: '', data: '' };

/**
 * Reads a stream of server-sent events until it ends, signs of life between them too. Not by EventSource, which cannot send
 * a key.
 * @throws when it cannot be opened, breaks off or falls silent.
 */
export async function* readEvents(path: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const silent = new AbortController();
  const response = await fetch(path, {
    headers: { accept: 'text/event-stream', ...identityHeaders() },
    signal: AbortSignal.any([signal, silent.signal]),
  });
  if (!response.ok || !response.body) throw errorOf(response, await response.json().catch(() => undefined));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = createParser();
  for (;;) {
    const timer = setTimeout(() => silent.abort(), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    yield* parser(value);
  }
}

const createParser = () => {
  let rest = '';
  let event = 'message';
  let data: string[] = [];
  return function* (chunk: string): Generator<ServerEvent> {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
      else if (line.startsWith(':')) yield SIGN_OF_LIFE;
      else if (line === '' && data.length > 0) {
        yield { event, data: data.join('\n') };
        event = 'message';
        data = [];
      }
    }
  };
};
