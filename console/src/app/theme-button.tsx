import { ActionIcon, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun, IconSunMoon } from '@tabler/icons-react';

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: 'light', light: 'dark', dark: 'auto' };
const PICTURES = { auto: IconSunMoon, light: IconSun, dark: IconMoon };
const WORDS = { auto: 'as the system', light: 'light', dark: 'dark' };

/** Goes from the system's theme to light, to dark, and back. */
export const ThemeButton = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Picture = PICTURES[colorScheme];
  const label = `Theme: ${WORDS[colorScheme]}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size={34}
        aria-label={label}
        onClick={() => setColorScheme(NEXT[colorScheme])}
      >
        <Picture size={18} />
      </ActionIcon>
    </Tooltip>
  );
};
