import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { isRecord } from '../../api/errors.ts';
import { lastMessageQuery } from '../../api/queries.ts';
import { Markdown } from '../markdown.tsx';
import { textOf } from '../message-text.ts';
import classes from './approval.module.css';

/** What the agent said just before it asked. */
export const Why = ({ threadId }: { threadId: string }) => {
  const { data } = useQuery(lastMessageQuery(threadId));
  const text = isRecord(data) ? textOf(data['content']) : '';
  if (text === '') return null;
  return (
    <section className={classes['why']} aria-label="Why">
      <Text size="sm" fw={600} mb={4}>
        What the agent said
      </Text>
      <Markdown text={text} />
    </section>
  );
};
