import { SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { schemasQuery, type Agent } from '../../api/agent-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { lazily } from '../../parts/lazily.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';

const JsonView = lazily(async () => (await import('../../parts/json/json-view.tsx')).JsonView);

const KINDS = [
  { value: 'input_schema', label: 'Input', about: 'What a run is started with' },
  { value: 'state_schema', label: 'State', about: 'What it keeps between steps' },
  { value: 'output_schema', label: 'Output', about: 'What it ends with' },
  { value: 'context_schema', label: 'Context', about: 'What it is told beside the input' },
  { value: 'config_schema', label: 'Configuration', about: 'What can be set in configurable' },
] as const;

type Kind = (typeof KINDS)[number]['value'];

/** What the graph takes and gives, as JSON Schemas. */
export const Schemas = ({ agent }: { agent: Agent }) => {
  const schemas = useQuery(schemasQuery(agent.assistant_id));
  const [kind, setKind] = useState<Kind>('input_schema');
  if (schemas.isPending) return <ListSkeleton rows={3} height={60} />;
  if (schemas.error) return <ErrorPanel error={schemas.error} onRetry={() => void schemas.refetch()} />;
  const schema = schemas.data[kind];
  const { about, label } = KINDS.find(({ value }) => value === kind) ?? KINDS[0];
  return (
    <Stack gap="sm" align="stretch">
      <SegmentedControl
        data={KINDS.map(({ value, label: name }) => ({ value, label: name }))}
        value={kind}
        onChange={(next) => setKind(next as Kind)}
        aria-label="Schema"
        style={{ alignSelf: 'flex-start', maxWidth: '100%', overflow: 'auto' }}
      />
      <Text size="sm" className="hp-soft">
        {schema === null ? `${about}: the graph says nothing of it` : about}
      </Text>
      {schema !== null && (
        <Suspense fallback={<Skeleton height={200} />}>
          <JsonView label={`${label} schema`} value={schema} />
        </Suspense>
      )}
    </Stack>
  );
};
