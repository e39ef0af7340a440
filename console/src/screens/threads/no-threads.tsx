import { Button, Text } from '@mantine/core';
import { IconRocket, IconSearchOff } from '@tabler/icons-react';
import type { ThreadSearch } from '../../api/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LinkButton } from '../../parts/link-button.tsx';

/** Nothing to list: because there is nothing, or because of what was asked for. */
export const NoThreads = ({ search, onClear }: { search: ThreadSearch; onClear: () => void }) => {
  if (search.group === undefined && search.q === undefined)
    return (
      <EmptyState icon={IconRocket} title="Nothing has run yet">
        <Text className="hp-soft" maw={420}>
          Launch a run here, or by the LangGraph SDK. It shows up at once, and its questions wait for you
          under Approvals.
        </Text>
        <LinkButton to="/launch">Launch the first run</LinkButton>
      </EmptyState>
    );
  return (
    <EmptyState icon={IconSearchOff} title="No thread is like that">
      <Button variant="default" onClick={onClear}>
        Show all threads
      </Button>
    </EmptyState>
  );
};
