import { Button, Group, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { Suspense, useState, type KeyboardEvent } from 'react';
import { isRecord } from '../../api/errors.ts';
import { lazily } from '../lazily.tsx';
import type { Held } from './question.ts';
import type { Deciding } from './use-decision.ts';

const SchemaForm = lazily(async () => (await import('../form/schema-form.tsx')).SchemaForm);
const JsonEditor = lazily(async () => (await import('../json/json-editor.tsx')).JsonEditor);
const JsonDifference = lazily(async () => (await import('../json/json-difference.tsx')).JsonDifference);

const asObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

type Way = 'form' | 'json' | 'difference';

const WAYS = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
  { value: 'difference', label: 'Difference' },
];

/** Changes the arguments of a held call, by a form or as JSON, and shows what is different then. */
export const EditCall = ({ held, deciding }: { held: Held; deciding: Deciding }) => {
  const before = pretty(held.args);
  const [text, setText] = useState(before);
  const [way, setWay] = useState<Way>(isRecord(held.args) ? 'form' : 'json');
  const args = asObject(text);
  const send = (): void => {
    if (args) deciding.say({ decision: 'edit', args });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <Stack gap="sm" onKeyDownCapture={onKeyDown} role="group" aria-label="Edit the arguments">
      <SegmentedControl
        data={WAYS}
        value={way}
        onChange={(next) => setWay(next as Way)}
        disabled={!args}
        aria-label="Edit by"
        style={{ alignSelf: 'flex-start' }}
      />
      <Suspense fallback={<Skeleton height={160} />}>
        {way === 'form' && (
          <SchemaForm
            schema={held.schema}
            value={args ?? {}}
            onChange={(next) => setText(pretty(next))}
            onBroken={() => setWay('json')}
          />
        )}
        {way === 'json' && (
          <JsonEditor label="Arguments as JSON" value={text} onChange={setText} invalid={!args} />
        )}
        {way === 'difference' && <JsonDifference before={before} after={text} />}
      </Suspense>
      <Group gap="sm">
        <Button disabled={!args || text === before} loading={deciding.sending} onClick={send}>
          Approve with edits
        </Button>
        <Button variant="default" onClick={() => deciding.setMode(null)}>
          Discard edits
        </Button>
      </Group>
    </Stack>
  );
};
