import { Suspense, useEffect, useState } from 'react';
import { keyWanted } from '../api/identity.ts';
import { useStore } from '../api/store.ts';
import { lazily } from '../parts/lazily.tsx';
import { helpDialog, identityDialog, paletteWanted, stopDialog } from './dialogs.ts';
import classes from './shell.module.css';

const Overlays = lazily(async () => (await import('./overlays.tsx')).Overlays);

/** The screen comes first; what may come over it is there a moment later, before anybody has asked. */
const AFTER_MS = 1500;

export const OverlaysWhenWanted = () => {
  const [idle, setIdle] = useState(false);
  const wanted = [
    useStore(stopDialog) !== null,
    useStore(helpDialog),
    useStore(identityDialog),
    useStore(paletteWanted),
    useStore(keyWanted),
  ].some(Boolean);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (wanted) setIdle(true);
  }, [wanted]);
  return (
    <div className={classes['over']}>
      <Suspense fallback={null}>{(idle || wanted) && <Overlays />}</Suspense>
    </div>
  );
};
