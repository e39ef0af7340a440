// Notes what streams and sockets brought into this page, as `window.heard`.
window.heard = '';

const listen = window.fetch;
window.fetch = async (...request) => {
  const response = await listen(...request);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
  const note = new TransformStream({
    transform: (text, body) => {
      window.heard += text;
      body.enqueue(text);
    },
  });
  const body = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(note);
  return new Response(body.pipeThrough(new TextEncoderStream()), response);
};

window.WebSocket = class extends WebSocket {
  constructor(...place) {
    super(...place);
    this.addEventListener('message', ({ data }) => (window.heard += data));
  }
};
