import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { resumeThread } from '../../api/actions.ts';
import { asApiError, type ApiError } from '../../api/errors.ts';
import type { Stop } from '../../api/queries.ts';
import { statesQuery } from '../../api/stop-queries.ts';
import { TextLink } from '../../parts/link-button.tsx';
import classes from './stop.module.css';

interface Refused {
  threadId: string;
  error: ApiError;
}

/** So many of the refused are named, each with a link. */
const MOST_NAMED = 50;

/** After the release: resumes what is still stopped, each through its check; what does not pass stays as it is. */
export const ResumeStopped = ({ stop }: { stop: Stop }) => {
  const states = useQuery(statesQuery(stop.runs.map(({ thread_id: id }) => id)));
  const stopped = stop.runs.map(({ thread_id: id }) => id).filter((id) => states.data?.get(id) === 'stopped');
  const { resume, done, refused } = useResumeAll();
  if (stopped.length === 0 && refused.length === 0) return null;
  return (
    <Stack gap="xs" mt="md">
      <Group gap="sm">
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          disabled={stopped.length === 0}
          loading={resume.isPending}
          onClick={() => resume.mutate(stopped)}
        >
          Resume {stopped.length === 1 ? 'it' : `all ${stopped.length.toLocaleString()}`} that passes the
          check
        </Button>
        <Text size="sm" className="hp-soft" role="status">
          {resume.isPending
            ? `${done.toLocaleString()} of ${resume.variables.length.toLocaleString()} checked…`
            : 'Open a thread to see every check first.'}
        </Text>
      </Group>
      {refused.slice(0, MOST_NAMED).map(({ threadId, error }) => (
        <div key={threadId} className={classes['unsafe']}>
          <Text size="sm" className="hp-text">
            <TextLink to="/threads/$threadId" params={{ threadId }} className="hp-mono">
              {threadId.slice(0, 8)}
            </TextLink>{' '}
            stays stopped: {error.message}
          </Text>
        </div>
      ))}
      {refused.length > MOST_NAMED && (
        <Text size="sm" className="hp-soft">
          {(refused.length - MOST_NAMED).toLocaleString()} more stay stopped, too.
        </Text>
      )}
    </Stack>
  );
};

const useResumeAll = () => {
  const queries = useQueryClient();
  const [done, setDone] = useState(0);
  const [refused, setRefused] = useState<Refused[]>([]);
  const resume = useMutation({
    mutationFn: async (threadIds: string[]) => {
      setRefused([]);
      setDone(0);
      for (const [place, threadId] of threadIds.entries()) {
        await resumeThread(threadId, {}).catch((thrown: unknown) =>
          setRefused((before) => [...before, { threadId, error: asApiError(thrown) }]),
        );
        setDone(place + 1);
      }
    },
    onSettled: () => queries.invalidateQueries(),
  });
  return { resume, done, refused };
};
