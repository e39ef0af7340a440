/** One frame of a server-sent event stream as it went over the wire. */
export interface Frame {
  event: string;
  data: unknown;
  id: string | undefined;
  /** The names of its fields, in order. */
  fields: string[];
}

export interface OpenStream {
  status: number;
  headers: Headers;
  /** The next frame; undefined at the end of the stream. */
  next(): Promise<Frame | undefined>;
  /** The next comment line; undefined at the end of the stream. */
  comment(): Promise<string | undefined>;
  /** What is left, to the end. */
  rest(): Promise<Frame[]>;
  /** Goes away, as a closed browser tab would. */
  leave(): void;
}

/** Opens a stream without any SDK, to see what is really sent. */
export const openStream = async (url: string, init: RequestInit = {}): Promise<OpenStream> => {
  const controller = new AbortController();
  const response = await fetch(url, { ...init, signal: controller.signal });
  const pieces = piecesOf(response);
  const next = async (wanted: 'frame' | 'comment'): Promise<string | undefined> => {
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return undefined;
      if (value.kind === wanted) return value.text;
    }
  };
  const nextFrame = async (): Promise<Frame | undefined> => {
    const text = await next('frame');
    return text === undefined ? undefined : toFrame(text);
  };
  return {
    status: response.status,
    headers: response.headers,
    next: nextFrame,
    comment: () => next('comment'),
    rest: async () => {
      const frames: Frame[] = [];
      for (let frame = await nextFrame(); frame; frame = await nextFrame()) frames.push(frame);
      return frames;
    },
    leave: () => controller.abort(),
  };
};

async function* piecesOf(response: Response): AsyncGenerator<{ kind: 'frame' | 'comment'; text: string }> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let text = '';
  let fields: string[] = [];
  for await (const part of response.body) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith(':')) yield { kind: 'comment', text: line };
      else if (line !== '') fields.push(line);
      else if (fields.length > 0) {
        yield { kind: 'frame', text: fields.join('\n') };
        fields = [];
      }
    }
  }
}

const toFrame = (text: string): Frame => {
  const fields = text.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const of = Object.fromEntries(fields);
  return {
    event: of['event'] ?? '',
    data: JSON.parse(of['data'] ?? 'null') as unknown,
    id: of['id'],
    fields: fields.map(([name]) => name),
  };
};
