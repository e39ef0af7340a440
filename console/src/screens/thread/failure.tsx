import { Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Notice } from '../../parts/notice.tsx';
import type { Run } from '../../api/thread-queries.ts';

/** Why the last run failed, if it did. */
export const Failure = ({ run }: { run: Run | undefined }) => {
  if (!run?.failure) return null;
  const { reason, error, message } = run.failure;
  return (
    <Notice bad icon={<IconAlertTriangle />} title={`The run failed: ${reason.replaceAll('_', ' ')}`}>
      <Text size="sm" className="hp-text">
        {error}: {message}
      </Text>
    </Notice>
  );
};
