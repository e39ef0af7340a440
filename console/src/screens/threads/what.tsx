import type { ThreadCard } from '../../api/queries.ts';
import { visible } from '../../parts/visible-text.ts';
import classes from './threads.module.css';

/** What a thread does or wants now, in one line. */
export const What = ({ thread }: { thread: ThreadCard }) => {
  const { wants, said, lifecycle, group } = thread;
  const [first, ...others] = group === 'needs_you' ? wants : [];
  if (first)
    return (
      <span className={classes['what']}>
        {first.tool !== null && <span className={`${classes['tool']} hp-line`}>{visible(first.tool)}</span>}
        {others.length > 0 && <span className="hp-soft">+{others.length}</span>}
        <span className="hp-line hp-soft">{visible(first.text)}</span>
      </span>
    );
  if (lifecycle?.reason && group !== 'done') return <span className="hp-line">{lifecycle.reason}</span>;
  if (said) return <span className="hp-line hp-soft">{said.text}</span>;
  return <span className="hp-soft">{lifecycle ? '' : 'Nothing has run on it yet'}</span>;
};
