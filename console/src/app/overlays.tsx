import { Notifications } from '@mantine/notifications';
import { HelpDialog } from './help-dialog.tsx';
import { IdentityDialog } from './identity-dialog.tsx';
import { Palette } from './palette.tsx';
import { StopDialog } from './stop-dialog.tsx';

/** What comes over any screen. Loaded a moment after the first of them, or when somebody asks for one. */
export const Overlays = () => (
  <>
    <Notifications position="bottom-right" limit={4} />
    <Palette />
    <StopDialog />
    <HelpDialog />
    <IdentityDialog />
  </>
);
