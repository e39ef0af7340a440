// What both pages show: the messages, what waits, the values and whether something runs; a button for each answer.
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';

const params = new URLSearchParams(location.search);

export const options = {
  apiUrl: params.get('api'),
  assistantId: params.get('graph'),
  transport: params.get('transport') ?? undefined,
};

export const rememberedThread = () => sessionStorage.getItem('thread');
export const rememberThread = (id) => sessionStorage.setItem('thread', id);

/** Answers that were refused, for whoever reads the page of a test that failed. */
addEventListener('unhandledrejection', ({ reason }) => document.body.append(String(reason)));

/** How long the last answer of the model was each time it was drawn. */
const lengths = (window.lengths = []);

const textOf = ({ content }) =>
  typeof content === 'string' ? content : content.map((block) => block.text ?? '').join('');

const typeOf = (message) => message.type ?? message.getType();

export const view = ({ stream, submit, respond }) => {
  const last = stream.messages.at(-1);
  if (last && typeOf(last) === 'ai') lengths.push(textOf(last).length);
  const button = (id, onClick) => h('button', { id, onClick }, id);
  return h(
    'main',
    null,
    h('p', { id: 'state' }, stream.isThreadLoading ? 'loading' : stream.isLoading ? 'running' : 'idle'),
    h('p', { id: 'error' }, stream.error ? String(stream.error) : ''),
    h(
      'ol',
      { id: 'messages' },
      stream.messages.map((message, index) =>
        h('li', { key: message.id ?? index }, `${typeOf(message)}: ${textOf(message)}`),
      ),
    ),
    h('pre', { id: 'question' }, stream.interrupt ? JSON.stringify(stream.interrupt.value) : ''),
    h('pre', { id: 'path' }, JSON.stringify(stream.values?.path ?? null)),
    button('send', () => submit(JSON.parse(params.get('input')))),
    button('approve', () => respond({ decisions: [{ type: 'approve' }] })),
    button('edit', () => {
      const [action] = stream.interrupt.value.actionRequests;
      const args = { ...action.args, content: 'edited' };
      void respond({ decisions: [{ type: 'edit', editedAction: { name: action.name, args } }] });
    }),
    button('reject', () => respond({ decisions: [{ type: 'reject', message: 'not today' }] })),
    button('stop', () => stream.stop()),
  );
};

export const mount = (Page) => createRoot(document.getElementById('root')).render(h(Page));
