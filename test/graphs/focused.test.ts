import { InMemoryStore, MemorySaver } from '@langchain/langgraph';
import { expect, it } from 'vitest';
import { graph as research } from '../../graphs/research/graph.ts';
import { graph as scheduled } from '../../graphs/scheduled/graph.ts';

const config = { configurable: { thread_id: 'thread' } };

it('the scheduled agent takes off the list what the digest has, and not what was put there since with the same text', async () => {
  const store = new InMemoryStore();
  const list = ['digest', 'entries'];
  await store.put(list, 'monday', { text: 'The backup failed.' });
  await store.put(list, 'release', { text: '1.2 was released.' });
  const agent = scheduled.builder.compile({ store, checkpointer: new MemorySaver() });
  await agent.invoke({}, { ...config, interruptBefore: ['clear'] });
  await store.put(list, 'tuesday', { text: 'The backup failed.' });
  await store.put(list, 'release', { text: '1.3 was released.' });
  await agent.invoke(null, config);
  const left = await store.search(list);
  expect(left.map(({ key }) => key).toSorted()).toEqual(['release', 'tuesday']);
});

it('a second research on a thread reports what it has found itself, and what was added since the first', async () => {
  const agent = research.builder.compile({ checkpointer: new MemorySaver() });
  await agent.invoke({ topic: 'tides', steps: 3, pace_ms: 1, hints: ['Mind the moon.'] }, config);
  const { report } = await agent.invoke(
    { topic: 'volcanoes', steps: 2, pace_ms: 1, hints: ['Mind the smoke.'] },
    config,
  );
  expect(report.split('\n')).toEqual([
    '# volcanoes',
    '',
    '- volcanoes, question 1: noted.',
    '- volcanoes, question 2: noted.',
    '- (Mind the smoke.)',
  ]);
});
