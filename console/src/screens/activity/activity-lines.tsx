import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { ActivityLine, ActivitySearch } from '../../api/queries.ts';
import { TextLink } from '../../parts/link-button.tsx';
import { Pill } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import classes from './activity.module.css';
import { lookOf } from './kinds.ts';

interface Props {
  lines: ActivityLine[];
  onFilter: (changes: Partial<ActivitySearch>) => void;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** In the order of the lines. */
const byDay = (lines: ActivityLine[]): Map<string, ActivityLine[]> => {
  const days = new Map<string, ActivityLine[]>();
  for (const line of lines) {
    const name = day.format(new Date(line.at));
    const of = days.get(name);
    if (of) of.push(line);
    else days.set(name, [line]);
  }
  return days;
};

/** Lines below the day they are of. */
export const ActivityLines = ({ lines, onFilter }: Props) => {
  const days = byDay(lines);
  return (
    <>
      {[...days].map(([name, of]) => (
        <section key={name} aria-label={name}>
          <Text component="h2" size="sm" fw={600} className="hp-soft" mb={6}>
            {name}
          </Text>
          <ul className={`hp-panel ${classes['lines']}`}>
            {of.map((line) => (
              <Line key={line.id} line={line} onFilter={onFilter} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
};

const Line = ({ line, onFilter }: { line: ActivityLine; onFilter: Props['onFilter'] }) => {
  const [opened, setOpened] = useState(false);
  const { label, tone, icon } = lookOf(line.kind);
  const why = whyOf(line);
  return (
    <li className={classes['line']}>
      <span className={classes['at']}>
        <Ago at={line.at} />
      </span>
      <span className={classes['kind']}>
        <Pill tone={tone} icon={icon} label={label} />
      </span>
      <span className={`hp-text ${classes['said']}`}>
        <UnstyledButton
          className={classes['actor']}
          aria-label={`Only what ${line.actor} did`}
          onClick={() => onFilter({ actor: line.actor })}
        >
          {line.actor}
        </UnstyledButton>
        {why !== undefined && <> “{why}”</>}
      </span>
      <TextLink to="/threads/$threadId" params={{ threadId: line.thread_id }} className="hp-mono">
        {line.thread_id.slice(0, 8)}
      </TextLink>
      <UnstyledButton
        className={classes['open']}
        aria-label={`Details of ${label}`}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={16} aria-hidden className={classes['turn']} />
      </UnstyledButton>
      {opened && <Details line={line} />}
    </li>
  );
};

/** The reason or the message that the line brings along. */
const whyOf = ({ detail }: ActivityLine): string | undefined => {
  for (const key of ['reason', 'message', 'error', 'decision']) {
    const said = detail?.[key];
    if (typeof said === 'string' && said !== '') return said;
  }
  return undefined;
};

const Details = ({ line: { id, at, run_id: runId, from, to, kind, detail } }: { line: ActivityLine }) => (
  <div className={classes['details']}>
    <Text size="sm" className="hp-soft">
      Line {id}, <span className="hp-mono">{kind}</span>, {at}
      {runId !== null && (
        <>
          , run <span className="hp-mono">{runId}</span>
        </>
      )}
      {to !== null && `, ${from ?? 'new'} → ${to}`}
    </Text>
    {detail && (
      <pre className={classes['json']} tabIndex={0} aria-label="Detail">
        {JSON.stringify(detail, null, 2)}
      </pre>
    )}
  </div>
);
