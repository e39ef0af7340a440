import { Button, Menu, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { allActivity, MOST_LINES, toCsv, toJsonLines } from '../../api/activity-export.ts';
import type { ActivityLine, ActivitySearch } from '../../api/queries.ts';
import { notifyDone, notifyFailure } from '../../parts/notify.tsx';
import { saveFile } from '../../parts/save-file.ts';

interface Format {
  label: string;
  ending: string;
  type: string;
  write: (lines: ActivityLine[]) => string;
}

const FORMATS: Format[] = [
  { label: 'CSV, for a spreadsheet', ending: 'csv', type: 'text/csv', write: toCsv },
  {
    label: 'JSON, one line each',
    ending: 'jsonl',
    type: 'application/x-ndjson',
    write: toJsonLines,
  },
];

/** Saves every line that matches as a file. */
export const ExportMenu = ({ search }: { search: ActivitySearch }) => {
  const [read, setRead] = useState(0);
  const saved = useMutation({
    mutationFn: async ({ write, ending, type }: Format) => {
      const lines = await allActivity(search, setRead);
      const day = new Date().toISOString().slice(0, 10);
      saveFile(`holdpoint-activity-${day}.${ending}`, write(lines), type);
      return lines.length;
    },
    onSuccess: (count) =>
      notifyDone(
        'Saved',
        count < MOST_LINES
          ? `${count.toLocaleString()} lines`
          : `The newest ${count.toLocaleString()} lines; the API gives all of them.`,
      ),
    onError: notifyFailure('The lines were not saved'),
    onSettled: () => setRead(0),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          disabled={saved.isPending}
        >
          {saved.isPending ? `${read.toLocaleString()} lines…` : 'Export'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) => (
          <Menu.Item key={format.ending} onClick={() => saved.mutate(format)}>
            <Text size="sm">{format.label}</Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
