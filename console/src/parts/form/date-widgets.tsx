// Stands in the place of the form library's fields for dates and times: the browser's own, whose values are what JSON
// Schema calls `date`, `date-time` and `time`.
import { TextInput } from '@mantine/core';
import { ariaDescribedByIds, labelValue, type WidgetProps } from '@rjsf/utils';

interface Kind {
  type: 'date' | 'datetime-local' | 'time';
  /** The value as the browser's field has it. */
  shown: (value: string) => string;
  /** What the field says, as the value. */
  sent: (text: string) => string;
}

const padded = (number: number, length = 2): string => String(number).padStart(length, '0');

/** A point in time by the clocks of the person who looks; empty where it is none. */
const byLocalClock = (iso: string): string => {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const day = [padded(at.getFullYear(), 4), padded(at.getMonth() + 1), padded(at.getDate())].join('-');
  return `${day}T${[at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => padded(part)).join(':')}`;
};

const withSeconds = (time: string): string => (/^\d\d:\d\d$/.test(time) ? `${time}:00` : time);

const KINDS = {
  date: { type: 'date', shown: (value) => value.slice(0, 10), sent: (text) => text },
  moment: {
    type: 'datetime-local',
    shown: byLocalClock,
    sent: (text) => new Date(text).toISOString(),
  },
  time: { type: 'time', shown: (value) => value.slice(0, 8), sent: withSeconds },
} satisfies Record<string, Kind>;

const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const widgetOf = ({ type, shown, sent }: Kind) => {
  const Widget = (props: WidgetProps) => {
    const { id, name, value, label, hideLabel, required, disabled, readonly, rawErrors, onChange } = props;
    return (
      <TextInput
        id={id}
        name={name}
        type={type}
        step={type === 'date' ? undefined : 1}
        label={labelValue(label || undefined, hideLabel, false)}
        description={type === 'datetime-local' ? `By the clocks of ${zone()}` : undefined}
        required={required ?? false}
        disabled={disabled === true || readonly === true}
        value={typeof value === 'string' ? shown(value) : ''}
        onChange={({ currentTarget: { value: text } }) => onChange(text === '' ? undefined : sent(text))}
        error={rawErrors && rawErrors.length > 0 ? rawErrors.join('\n') : undefined}
        aria-describedby={ariaDescribedByIds(id)}
      />
    );
  };
  return Widget;
};

export const DateWidget = widgetOf(KINDS.date);
export const DateTimeWidget = widgetOf(KINDS.moment);
export const TimeWidget = widgetOf(KINDS.time);
export const AltDateWidget = DateWidget;
export const AltDateTimeWidget = DateTimeWidget;
