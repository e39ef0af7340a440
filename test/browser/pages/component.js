import { Client } from '@langchain/langgraph-sdk';
import { LoadExternalComponent } from '@langchain/langgraph-sdk/react-ui';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const query = new URLSearchParams(location.search);
const stream = {
  client: new Client({ apiUrl: query.get('api'), apiKey: null }),
  assistantId: query.get('graph'),
};
const message = { id: '1', type: 'ui', name: 'hello', props: { name: 'you' } };

createRoot(document.getElementById('root')).render(
  createElement(LoadExternalComponent, { stream, message, className: 'here' }),
);
