// Stands in the place of @mantine/dates, of which the form library needs two fields: the browser's own are enough.
import { TextInput, type TextInputProps } from '@mantine/core';
import dayjs from 'dayjs';

interface DateInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  value: Date | null;
  onChange: (value: Date | null) => void;
  /** How the form library shows it: with a time where there are hours in it. */
  valueFormat?: string;
  dateParser?: unknown;
  popoverProps?: unknown;
}

export const DateInput = ({
  value,
  onChange,
  valueFormat = '',
  dateParser: _parser,
  popoverProps: _popover,
  ...props
}: DateInputProps) => {
  const timed = valueFormat.includes('HH');
  return (
    <TextInput
      {...props}
      type={timed ? 'datetime-local' : 'date'}
      step={timed ? 1 : undefined}
      value={value === null ? '' : dayjs(value).format(timed ? 'YYYY-MM-DDTHH:mm:ss' : 'YYYY-MM-DD')}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === '' ? null : dayjs(currentTarget.value).toDate())
      }
    />
  );
};

export const TimeInput = (props: TextInputProps) => <TextInput {...props} type="time" />;
