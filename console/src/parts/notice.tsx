import { Alert, type AlertProps } from '@mantine/core';
import classes from './notice.module.css';

/** A framed note in the page's own colours; of an error in red. */
export const Notice = ({ bad = false, ...props }: AlertProps & { bad?: boolean }) => (
  <Alert {...props} variant="default" className={classes['notice']} data-bad={bad || undefined} />
);
