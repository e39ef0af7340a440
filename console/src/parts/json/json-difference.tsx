import { Chunk, unifiedMergeView } from '@codemirror/merge';
import { Text as Lines } from '@codemirror/state';
import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { JsonText } from './json-view.tsx';
import classes from './json.module.css';
import { READ_ONLY, useEditor } from './use-editor.ts';

interface Texts {
  before: string;
  after: string;
}

/** What is different between two texts, lines that went and lines that came; of two that are too unlike for that, both. */
export const JsonDifference = ({ before, after }: Texts) => {
  const unlike = useMemo(() => tooUnlike(before, after), [before, after]);
  if (before === after)
    return (
      <Text size="sm" className="hp-soft">
        Nothing is different.
      </Text>
    );
  return unlike ? <Both before={before} after={after} /> : <Changes before={before} after={after} />;
};

const Changes = ({ before, after }: Texts) => {
  const extensions = useMemo(
    () => [
      READ_ONLY,
      unifiedMergeView({
        original: before,
        mergeControls: false,
        collapseUnchanged: { margin: 2, minSize: 6 },
      }),
    ],
    [before],
  );
  const place = useEditor({ label: 'Difference', text: after, extensions });
  return <div ref={place} className={classes['editor']} />;
};

/** What went is drawn all at once, in sight or not: more than this keeps the page from answering for seconds. */
const MOST_LINES = 2000;
const MOST_CHARACTERS = 200_000;

const tooUnlike = (before: string, after: string): boolean => {
  const old = Lines.of(before.split('\n'));
  const gone = Chunk.build(old, Lines.of(after.split('\n')), { scanLimit: 500 });
  const lines = gone.map(({ fromA, endA }) => old.lineAt(endA).number - old.lineAt(fromA).number);
  const characters = gone.map(({ fromA, endA }) => endA - fromA);
  return sum(lines) > MOST_LINES || sum(characters) > MOST_CHARACTERS;
};

const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);

const Both = ({ before, after }: Texts) => (
  <Stack gap="xs">
    <Text size="sm" className="hp-soft">
      Too much is different to be shown line by line. Here is all of both.
    </Text>
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <JsonText label="Before" text={before} />
      <JsonText label="After" text={after} />
    </SimpleGrid>
  </Stack>
);
