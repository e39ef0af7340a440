import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import classes from './clamped.module.css';

/** A text that may be long: two lines of it, and the rest when somebody asks. */
export const Clamped = ({ children }: { children: ReactNode }) => {
  const place = useRef<HTMLSpanElement>(null);
  const [long, setLong] = useState(false);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const text = place.current;
    if (!text || open) return undefined;
    const watch = new ResizeObserver(() => setLong(text.scrollHeight > text.clientHeight + 1));
    watch.observe(text);
    return () => watch.disconnect();
  }, [open, children]);
  return (
    <span className={classes['clamped']}>
      <span ref={place} className={`${classes['text']} hp-text`} data-open={open || undefined}>
        {children}
      </span>
      {(long || open) && (
        <UnstyledButton
          className={classes['more']}
          aria-expanded={open}
          onClick={() => setOpen((before) => !before)}
        >
          {open ? 'Less' : 'More'}
        </UnstyledButton>
      )}
    </span>
  );
};
