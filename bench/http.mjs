// How the benchmark talks to a server.
export const now = () => performance.now();
export const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];

export const call = async (base, request, body) => {
  const [method, path] = request.split(' ');
  const response = await fetch(base + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} -> ${response.status} ${text.slice(0, 200)}`);
  return text.trim() === '' ? undefined : JSON.parse(text);
};

export const newThread = async (base) => (await call(base, 'POST /threads', {})).thread_id;

export const wait = (base, thread, body) => call(base, `POST /threads/${thread}/runs/wait`, body);

/** The events of a stream, as they come. */
export async function* eventsOf(base, request, { body, ...headers } = {}) {
  const [method, path] = request.split(' ');
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${request} -> ${response.status} ${await response.text()}`);
  let buffer = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    const events = (buffer + decoder.decode(chunk, { stream: true })).split('\n\n');
    buffer = events.pop();
    for (const event of events) {
      const field = (name) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(event)?.[1];
      if (field('event')) yield { event: field('event'), id: field('id'), data: field('data') };
    }
  }
}

export const atOnce = async (count, width, job) => {
  let next = 0;
  const lane = async () => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
};

export const repeated = async (count, job) => {
  const times = [];
  for (let i = 0; i < count; i++) times.push(await job());
  return times;
};
