import { Text } from '@mantine/core';
import { isRecord } from '../../api/errors.ts';
import type { Verdict } from '../../api/actions.ts';
import { visible } from '../visible-text.ts';
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
  if (held.tool === null) return <Fields of={besidesDescription(held, payload)} />;
  const args = verdict?.args ?? held.args;
  if (isRecord(args) && Object.keys(args).length === 0)
    return (
      <Text size="sm" className="hp-soft">
        Without arguments
      </Text>
    );
  return <Fields of={args} />;
};

/** What a plain question says and the card does not show already. */
const besidesDescription = ({ description }: Held, payload: unknown): unknown => {
  if (description === null || !isRecord(payload)) return payload;
  const { description: _shown, ...others } = payload;
  return others;
};

const Fields = ({ of }: { of: unknown }) => {
  if (!isRecord(of)) return <Value value={of} />;
  return (
    <dl className={classes['args']}>
      {Object.entries(of).map(([name, value]) => (
        <div key={name} className={classes['arg']}>
          <dt className={`${classes['name']} hp-mono`}>{visible(name)}</dt>
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
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  const cut = text.length > MOST;
  return (
    // Focusable, because it may scroll.
    <div
      className={`${classes['value']} hp-text ${typeof value === 'string' ? '' : 'hp-mono'}`}
      tabIndex={0}
      role="group"
    >
      {visible(cut ? text.slice(0, MOST) : text)}
      {cut && <em> … {(text.length - MOST).toLocaleString()} more characters</em>}
    </div>
  );
};
