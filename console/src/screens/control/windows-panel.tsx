import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { windowsQuery, type PauseWindow } from '../../api/control-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { ListSkeleton } from '../../parts/skeletons.tsx';
import { Nothing, Panel } from './panel.tsx';
import { WindowDialog } from './window-dialog.tsx';
import { WindowTable } from './window-table.tsx';

/** Pauses that come and go by a schedule. */
export const WindowsPanel = () => {
  const windows = useQuery(windowsQuery());
  const [edited, setEdited] = useState<PauseWindow | 'new' | null>(null);
  return (
    <Panel
      title="Pause windows"
      about="Pauses that come and go by a schedule"
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setEdited('new')}
        >
          New pause window…
        </Button>
      }
    >
      {windows.isPending && <ListSkeleton rows={2} height={44} />}
      {windows.error && <ErrorPanel error={windows.error} onRetry={() => void windows.refetch()} />}
      {windows.data?.length === 0 && (
        <Nothing>No pause window yet: make one for maintenance, deployments or quiet hours.</Nothing>
      )}
      {windows.data && windows.data.length > 0 && <WindowTable windows={windows.data} onEdit={setEdited} />}
      {edited !== null && (
        <WindowDialog window={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Panel>
  );
};
