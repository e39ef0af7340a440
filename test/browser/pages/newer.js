// `useStream` of @langchain/react, on protocol v2.
import './heard.js';
import { useState } from 'react';
import { useStream } from '@langchain/react';
import { mount, options, rememberedThread, rememberThread, view } from './chat.js';

mount(() => {
  const [threadId, setThreadId] = useState(rememberedThread);
  const stream = useStream({
    ...options,
    threadId,
    onThreadId: (id) => {
      rememberThread(id);
      setThreadId(id);
    },
  });
  return view({
    stream,
    submit: (input) => stream.submit(input),
    respond: (answer) => stream.respond(answer),
  });
});
