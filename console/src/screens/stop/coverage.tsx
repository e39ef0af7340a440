import { Progress, Text } from '@mantine/core';
import type { Stop } from '../../api/queries.ts';
import classes from './stop.module.css';

/** How many of the runs are known to be down. */
export const Coverage = ({ stop: { runs } }: { stop: Stop }) => {
  if (runs.length === 0)
    return (
      <Text size="sm" className="hp-soft" mt="md">
        Nothing was running in its scope.
      </Text>
    );
  const confirmed = runs.filter((run) => run.confirmed).length;
  const all = confirmed === runs.length;
  return (
    <div className={classes['coverage']}>
      <Text size="sm" fw={600} role="status">
        {confirmed} of {runs.length} {runs.length === 1 ? 'run' : 'runs'} confirmed down
      </Text>
      <Progress
        value={(confirmed / runs.length) * 100}
        color={all ? 'green' : 'yellow'}
        aria-label="Confirmed down"
        mt={6}
      />
      {!all && (
        <Text size="sm" className="hp-soft" mt={6}>
          Not confirmed: it can write nothing any more, but its process has not been seen to end yet.
        </Text>
      )}
    </div>
  );
};
