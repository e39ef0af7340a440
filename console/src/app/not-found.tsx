import { IconMapOff } from '@tabler/icons-react';
import { EmptyState } from '../parts/empty-state.tsx';
import { LinkButton } from '../parts/link-button.tsx';

export const NotFound = () => (
  <EmptyState icon={IconMapOff} title="There is no such page">
    <LinkButton to="/">Back to all threads</LinkButton>
  </EmptyState>
);
