import { isRecord } from './errors.ts';
import { readEvents } from './sse.ts';

/** What a model is saying, as far as it has come. */
export interface Spoken {
  id: string;
  /** The superstep it is said in: part of the state once that is done. */
  step: number;
  text: string;
  /** Tools it is about to call, with as much of the arguments as there is. */
  calls: { name: string; args: string }[];
}

/** News is passed on to the page at most so often. */
const PAUSE_MS = 80;

/**
 * Follows what models say in a run, from its beginning until it ends or `signal` aborts; all of it so far is passed on each
 * time. A run says it where it was launched with the stream mode `messages` or `messages-tuple`.
 * @throws {ApiError} when the stream is refused.
 */
export const followSpeech = async (
  run: { threadId: string; runId: string },
  { signal, onSpoken }: { signal: AbortSignal; onSpoken: (spoken: Spoken[]) => void },
): Promise<void> => {
  const path = `/threads/${run.threadId}/runs/${run.runId}/stream?stream_mode=messages-tuple&stream_mode=messages`;
  const heard = new Map<string, Spoken>();
  let timer: number | undefined;
  const tell = (): void => {
    timer = undefined;
    if (!signal.aborted) onSpoken([...heard.values()]);
  };
  for await (const { event, data } of readEvents(path, signal)) {
    // A step that was cut is done again, and what was said in it is said anew.
    if (event === 'metadata') heard.clear();
    else if (event === 'messages') hearPart(heard, JSON.parse(data));
    else if (event === 'messages/partial') hearAll(heard, JSON.parse(data));
    else continue;
    timer ??= window.setTimeout(tell, PAUSE_MS);
  }
};

/** A piece of a message, and where it is from. */
const hearPart = (heard: Map<string, Spoken>, data: unknown): void => {
  const [piece, from] = Array.isArray(data) ? (data as unknown[]) : [];
  if (!isRecord(piece) || !isSpeech(piece)) return;
  const step = isRecord(from) ? Number(from['langgraph_step']) : Number.NaN;
  const id = String(piece['id']);
  const before = heard.get(id) ?? { id, step, text: '', calls: [] };
  const text = before.text + pieceOf(piece['content']);
  heard.set(id, { ...before, text, calls: withPieces(before.calls, piece['tool_call_chunks']) });
};

/** Messages as far as they have come. */
const hearAll = (heard: Map<string, Spoken>, data: unknown): void => {
  for (const message of Array.isArray(data) ? (data as unknown[]) : []) {
    if (!isRecord(message) || !isSpeech(message)) continue;
    const id = String(message['id']);
    const calls = withPieces([], message['tool_call_chunks']);
    heard.set(id, { id, step: Number.NaN, text: pieceOf(message['content']), calls });
  }
};

/** A message that comes piece by piece; what is there at once is in the state as soon as its step is done. */
const isSpeech = ({ id, type }: Record<string, unknown>): boolean =>
  typeof id === 'string' && (type === 'AIMessageChunk' || type === 'ai');

/** As it comes: spaces at either end belong to it. */
const pieceOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) => (isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''))
    .join('');
};

const withPieces = (calls: Spoken['calls'], pieces: unknown): Spoken['calls'] => {
  if (!Array.isArray(pieces) || pieces.length === 0) return calls;
  const next = calls.map((call) => ({ ...call }));
  for (const piece of pieces.filter(isRecord)) {
    const place = typeof piece['index'] === 'number' ? piece['index'] : next.length;
    const call = (next[place] ??= { name: '', args: '' });
    if (typeof piece['name'] === 'string') call.name += piece['name'];
    if (typeof piece['args'] === 'string') call.args += piece['args'];
  }
  return next.filter(Boolean);
};
