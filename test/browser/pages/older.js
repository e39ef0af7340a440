// `useStream` of the SDK, on the older wire.
import { useState } from 'react';
import { useStream } from '@langchain/langgraph-sdk/react';
import { mount, options, rememberedThread, rememberThread, view } from './chat.js';

mount(() => {
  const [threadId, setThreadId] = useState(rememberedThread);
  const { transport: _none, ...rest } = options;
  const stream = useStream({
    ...rest,
    threadId,
    reconnectOnMount: true,
    onThreadId: (id) => {
      rememberThread(id);
      setThreadId(id);
    },
  });
  const resumable = { streamResumable: true, onDisconnect: 'continue' };
  return view({
    stream,
    submit: (input) => stream.submit(input, resumable),
    respond: (resume) => stream.submit(undefined, { ...resumable, command: { resume } }),
  });
});
