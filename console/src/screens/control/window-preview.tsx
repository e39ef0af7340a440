import { Text } from '@mantine/core';
import type { Occurrence } from '../../api/control-queries.ts';
import classes from './control.module.css';
import { timeIn } from './schedule-words.ts';

interface Props {
  occurrences: Occurrence[] | undefined;
  timezone: string;
}

/** The next times it would be open, by the clocks of its own zone. */
export const WindowPreview = ({ occurrences, timezone }: Props) => (
  <div className={classes['preview']} role="status" aria-label="Preview">
    <Text size="sm" fw={600}>
      The next times it is open
    </Text>
    {occurrences === undefined && (
      <Text size="sm" className="hp-soft">
        Say when it starts and how long it lasts.
      </Text>
    )}
    {occurrences?.length === 0 && (
      <Text size="sm" className="hp-soft">
        Never: this schedule names no time.
      </Text>
    )}
    {occurrences && occurrences.length > 0 && (
      <ol>
        {occurrences.map(({ starts_at: start, ends_at: end, drain_at: drain }) => (
          <li key={start}>
            <Text size="sm">
              {timeIn(start, timezone)} to {timeIn(end, timezone)}
              {drain !== start && <span className="hp-soft"> · drains from {timeIn(drain, timezone)}</span>}
            </Text>
          </li>
        ))}
      </ol>
    )}
  </div>
);
