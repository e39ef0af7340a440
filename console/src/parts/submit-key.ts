import type { KeyboardEvent } from 'react';

/** Ctrl Enter presses the form's button, from any of its fields: once, and only where the button may be pressed. */
export const submitOnCtrlEnter = (event: KeyboardEvent<HTMLFormElement>): void => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (event.repeat) return;
  event.currentTarget.querySelector<HTMLButtonElement>('button[type="submit"]:enabled')?.click();
};
