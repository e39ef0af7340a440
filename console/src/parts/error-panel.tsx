import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { asApiError } from '../api/errors.ts';
import { Notice } from './notice.tsx';

/** What went wrong, where it happened, with a way to try again and what to ask the log for. */
export const ErrorPanel = ({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) => {
  const { message, code, requestId } = asApiError(error);
  return (
    <Notice bad icon={<IconAlertTriangle />} title="That did not work" role="alert">
      <Text className="hp-text" size="sm">
        {message}
      </Text>
      <Group mt="sm" gap="md">
        {onRetry && (
          <Button variant="default" size="xs" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
            Try again
          </Button>
        )}
        <Text size="xs" className="hp-mono">
          {code}
          {requestId && ` · request ${requestId}`}
        </Text>
      </Group>
    </Notice>
  );
};
