import { Checkbox, Stack } from '@mantine/core';
import type { Check } from '../../api/thread-queries.ts';

export interface Overruled {
  on_drift: 'refuse' | 'accept';
  force: boolean;
}

export const NOTHING_OVERRULED: Overruled = { on_drift: 'refuse', force: false };

const DRIFTS = ['config_drift', 'code_fingerprint', 'config_same', 'code_same'];

interface Props {
  checks: Check[];
  value: Overruled;
  onChange: (value: Overruled) => void;
}

/** What a person may take upon themselves, offered only where it would make a difference. Both are logged. */
export const Overrules = ({ checks, value, onChange }: Props) => {
  const failed = checks.filter(({ status }) => status === 'failed');
  const drifted = failed.some(
    ({ name }) => DRIFTS.includes(name) || name.includes('drift') || name.includes('code'),
  );
  return (
    <Stack gap="xs">
      {(drifted || value.on_drift === 'accept') && (
        <Checkbox
          label="Go on with the code and the configuration as they are now"
          checked={value.on_drift === 'accept'}
          onChange={({ currentTarget }) =>
            onChange({ ...value, on_drift: currentTarget.checked ? 'accept' : 'refuse' })
          }
        />
      )}
      {(failed.length > 0 || value.force) && (
        <Checkbox
          label="Go on although a check fails"
          description="What makes a resume impossible still stands in the way. This is written down with your name."
          checked={value.force}
          onChange={({ currentTarget }) => onChange({ ...value, force: currentTarget.checked })}
        />
      )}
    </Stack>
  );
};
