import {
  Badge,
  Button,
  createTheme,
  Modal,
  ModalCloseButton,
  ModalHeader,
  Notification,
  Paper,
  Tooltip,
  type CSSVariablesResolver,
} from '@mantine/core';

/** Ten shades; the darker half is readable below white text. */
const BLUE = [
  '#eef0fd',
  '#d9defa',
  '#b2bcf4',
  '#8a99ef',
  '#6878ea',
  '#5062e4',
  '#3b4fd8',
  '#3142bd',
  '#2a399f',
  '#222f82',
] as const;

/** From text to the page behind everything; as cool as the light theme's. */
const DARK = [
  '#e7eaf0',
  '#c3cad6',
  '#a2abba',
  '#6d7788',
  '#3b4350',
  '#2b313d',
  '#1b2029',
  '#171b23',
  '#12161d',
  '#0d1015',
] as const;

export const theme = createTheme({
  primaryColor: 'ink',
  colors: { ink: BLUE, dark: DARK },
  primaryShade: { light: 6, dark: 5 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: 'var(--hp-mono)',
  headings: { fontWeight: '650' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    Paper: Paper.extend({ defaultProps: { radius: 'md' } }),
    // A dialog's heading is no banner of the page.
    ModalHeader: ModalHeader.extend({ defaultProps: { role: 'none' } }),
    ModalCloseButton: ModalCloseButton.extend({ defaultProps: { 'aria-label': 'Close' } }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { description: { color: 'var(--hp-soft)' } },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 }, radius: 'lg' },
    }),
  },
});

/** Mantine's own words for our colours; its red and its dimmed text are too pale. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#171c26',
    '--mantine-color-dimmed': '#535d6d',
    '--mantine-color-placeholder': '#667085',
    '--mantine-color-default-border': '#c9d0da',
    '--mantine-color-red-filled': '#c22727',
    '--mantine-color-red-filled-hover': '#a51d1d',
    '--mantine-color-error': '#b42323',
    '--mantine-color-anchor': '#3b4fd8',
  },
  dark: {
    '--mantine-color-body': '#171b23',
    '--mantine-color-text': '#e7eaf0',
    '--mantine-color-dimmed': '#a2abba',
    '--mantine-color-placeholder': '#8d97a8',
    '--mantine-color-default': '#1d222c',
    '--mantine-color-default-hover': '#262c37',
    '--mantine-color-default-border': '#3b4350',
    '--mantine-color-red-filled': '#c53030',
    '--mantine-color-red-filled-hover': '#d64545',
    '--mantine-color-error': '#ff9b9b',
    '--mantine-color-anchor': '#a5b2ff',
  },
});
