import { Kbd } from '@mantine/core';
import { singleKeys } from '../keys/keys.ts';
import { useStore } from '../api/store.ts';

/** The key that does the same as the button it stands in; nothing when single keys are switched off. */
export const KeyHint = ({ keys }: { keys: string }) =>
  useStore(singleKeys) === 'off' ? null : (
    <Kbd size="xs" aria-hidden visibleFrom="sm">
      {keys}
    </Kbd>
  );
