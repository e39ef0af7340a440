import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { chooseVersion, versionsQuery, type Agent } from '../../api/agent-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { lazily } from '../../parts/lazily.tsx';
import { notifyDone, notifyFailure } from '../../parts/notify.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import classes from './agents.module.css';

const JsonDifference = lazily(
  async () => (await import('../../parts/json/json-difference.tsx')).JsonDifference,
);

type Version = Omit<Agent, 'updated_at'>;

/** Every version there was, what each changed, and which is used. */
export const Versions = ({ agent }: { agent: Agent }) => {
  const versions = useInfiniteQuery(versionsQuery(agent.assistant_id));
  const all = versions.data?.pages.flat() ?? [];
  if (versions.isPending) return <ListSkeleton rows={3} height={52} />;
  if (versions.error) return <ErrorPanel error={versions.error} onRetry={() => void versions.refetch()} />;
  return (
    <Stack gap="xs">
      <ol className={classes['versions']}>
        {all.map((version, place) => (
          <Row
            key={version.version}
            version={version}
            before={all[place + 1]}
            used={version.version === agent.version}
          />
        ))}
      </ol>
      {versions.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          loading={versions.isFetchingNextPage}
          onClick={() => void versions.fetchNextPage()}
        >
          Show older versions
        </Button>
      )}
    </Stack>
  );
};

interface RowProps {
  version: Version;
  /** The one it came after. */
  before: Version | undefined;
  used: boolean;
}

const Row = ({ version, before, used }: RowProps) => {
  const [opened, setOpened] = useState(false);
  const choose = useChoose(version);
  return (
    <li className={classes['entry']}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Text fw={600}>Version {version.version}</Text>
          {used && <Pill tone="green" label="In use" />}
          <Text size="sm" className="hp-soft">
            <Ago at={version.created_at} />
          </Text>
        </Group>
        <Group gap="xs">
          <Button variant="subtle" size="xs" aria-expanded={opened} onClick={() => setOpened(!opened)}>
            {before ? 'What changed' : 'What it says'}
          </Button>
          {!used && (
            <Button variant="default" size="xs" loading={choose.isPending} onClick={() => choose.mutate()}>
              Use version {version.version}
            </Button>
          )}
        </Group>
      </Group>
      {opened && (
        <Suspense fallback={<Skeleton height={80} mt="xs" />}>
          <div className={classes['difference']}>
            <JsonDifference before={before ? textOf(before) : ''} after={textOf(version)} />
          </div>
        </Suspense>
      )}
    </li>
  );
};

/** What makes a version: everything but its place among the others. */
const textOf = ({ graph_id, name, description, config, context, metadata }: Version): string =>
  JSON.stringify({ graph_id, name, description, config, context, metadata }, null, 2);

const useChoose = ({ assistant_id: id, version }: Version) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => chooseVersion(id, version),
    onSuccess: async () => {
      notifyDone(`Version ${version} is in use`, 'Runs that start from now on use it.');
      await queries.invalidateQueries({ queryKey: ['agents'] });
    },
    onError: notifyFailure('The version was not changed'),
  });
};
