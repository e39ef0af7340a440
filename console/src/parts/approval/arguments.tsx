import { Text } from '@mantine/core';
import type { Verdict } from '../../api/actions.ts';
import classes from './approval.module.css';
import type { Held } from './question.ts';

/** What the tool would be called with; what a plain question says. */
export const Arguments = ({
  held,
  payload,
  verdict,
}: {
  held: Held;
  payload: unknown;
  verdict: Verdict | null;
}) => {
  if (held.tool === null) return held.description === null ? <Value value={payload} /> : null;
  const args = Object.entries(verdict?.args ?? held.args);
  if (args.length === 0)
    return (
      <Text size="sm" className="hp-soft">
        Without arguments
      </Text>
    );
  return (
    <dl className={classes['args']}>
      {args.map(([name, value]) => (
        <div key={name} className={classes['arg']}>
          <dt className={`${classes['name']} hp-mono`}>{name}</dt>
          <dd style={{ margin: 0 }}>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
};

/** Longer texts are cut: who must see all of it finds it on the thread. */
const MOST = 50_000;

const Value = ({ value }: { value: unknown }) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const cut = text.length > MOST;
  return (
    // Focusable, because it may scroll.
    <div
      className={`${classes['value']} hp-text ${typeof value === 'string' ? '' : 'hp-mono'}`}
      tabIndex={0}
      role="group"
    >
      {cut ? text.slice(0, MOST) : text}
      {cut && <em> … {(text.length - MOST).toLocaleString()} more characters</em>}
    </div>
  );
};
