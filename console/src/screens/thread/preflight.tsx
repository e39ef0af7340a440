import { Table, Text } from '@mantine/core';
import { isRecord } from '../../api/errors.ts';
import type { Check } from '../../api/thread-queries.ts';
import { Pill, type Tone } from '../../parts/status.tsx';
import { PanelTitle } from './panel-title.tsx';
import classes from './thread.module.css';

const TONES: Record<Check['status'], Tone> = {
  passed: 'green',
  warning: 'amber',
  accepted: 'amber',
  migrated: 'blue',
  forced: 'amber',
  skipped: 'grey',
  failed: 'red',
};

/** Every check of a resume, with what it found. */
export const Preflight = ({ checks }: { checks: Check[] }) => {
  const failed = checks.filter(({ status }) => status === 'failed').length;
  return (
    <section aria-label="Checks before the resume">
      <PanelTitle about={failed === 0 ? 'all pass' : `${failed} of ${checks.length} fail`}>Checks</PanelTitle>
      <table className={classes['checks']}>
        <tbody>
          {checks.map((check, index) => (
            <tr key={`${check.name}-${index}`}>
              <td style={{ width: 104 }}>
                <Pill tone={TONES[check.status]} label={check.status} />
              </td>
              <td>
                <strong>{check.name.replaceAll('_', ' ')}</strong>
                {check.detail !== null && <div className="hp-soft hp-text">{check.detail}</div>}
                <Differences diff={check['diff']} />
              </td>
              <td className="hp-soft" style={{ textAlign: 'right', width: 80 }}>
                {check.duration_ms} ms
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

/** Field by field, what was in force at the pause and what is now. */
const Differences = ({ diff }: { diff: unknown }) => {
  const fields = Array.isArray(diff) ? diff.filter(isRecord) : [];
  if (fields.length === 0) return null;
  return (
    <Table mt={6} withTableBorder fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Field</Table.Th>
          <Table.Th>At the pause</Table.Th>
          <Table.Th>Now</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map(({ field, paused, now }, index) => (
          <Table.Tr key={index}>
            <Table.Td className="hp-mono">{String(field)}</Table.Td>
            <Table.Td>
              <Shown value={paused} />
            </Table.Td>
            <Table.Td>
              <Shown value={now} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};

const Shown = ({ value }: { value: unknown }) => (
  <Text size="sm" className="hp-mono hp-text">
    {value == null ? '–' : JSON.stringify(value)}
  </Text>
);
