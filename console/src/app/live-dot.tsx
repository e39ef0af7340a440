import { live } from '../api/live.ts';
import { useStore } from '../api/store.ts';
import classes from './shell.module.css';

const WORDS = { connecting: 'Connecting', live: 'Live', offline: 'Offline', refused: 'Refused' } as const;

/** Whether what is shown is up to date. */
export const LiveDot = () => {
  const { state } = useStore(live);
  return (
    <span className={classes['live']} role="status">
      <span className={classes['dot']} data-state={state} aria-hidden />
      {WORDS[state]}
    </span>
  );
};
