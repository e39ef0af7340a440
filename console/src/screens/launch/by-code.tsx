import { Button, CopyButton, Group, SegmentedControl, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import type { LaunchInput } from '../../api/launch.ts';
import { asCurl, asSdk } from './code-words.ts';
import classes from './launch.module.css';

const WAYS = [
  { value: 'curl', label: 'curl' },
  { value: 'sdk', label: 'SDK' },
];

/** The same launch as a command or with the SDK, to be copied. */
export const ByCode = ({ asked }: { asked: LaunchInput }) => {
  const [way, setWay] = useState('curl');
  const code = (way === 'curl' ? asCurl : asSdk)(asked, location.origin);
  return (
    <section className={`hp-panel ${classes['code']}`} aria-label="The same by code">
      <Group justify="space-between" gap="sm">
        <Text fw={600} size="sm">
          The same by code
        </Text>
        <Group gap="xs">
          <SegmentedControl size="xs" data={WAYS} value={way} onChange={setWay} aria-label="Language" />
          <CopyButton value={code}>
            {({ copied, copy }) => (
              <Button
                size="xs"
                variant="default"
                leftSection={
                  copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
                }
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      <pre className={classes['text']} tabIndex={0} aria-label={way === 'curl' ? 'curl' : 'SDK'}>
        {code}
      </pre>
    </section>
  );
};
