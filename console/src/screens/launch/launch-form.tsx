import { Button, Group, Stack } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import type { AgentSchemas } from '../../api/agent-queries.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { submitOnCtrlEnter } from '../../parts/submit-key.ts';
import { ByCode } from './by-code.tsx';
import { InputFields } from './input-fields.tsx';
import { inputShape, writtenMessages, type InputShape } from './input-shape.ts';
import classes from './launch.module.css';
import { MoreFields } from './more-fields.tsx';
import { useLaunch } from './use-launch.ts';

interface Props {
  agentId: string;
  /** Undefined where they could not be read. */
  schemas: AgentSchemas | undefined;
  thread: string | undefined;
}

/** What a run is started with, and the same by code beside it. */
export const LaunchForm = ({ agentId, schemas, thread }: Props) => {
  const { draft, change, started, asked, problems } = useLaunch(agentId, thread);
  const [valid, setValid] = useState(true);
  const shape = inputShape(schemas?.input_schema);
  const ready = valid && Object.keys(problems).length === 0 && says(shape, draft.input);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) started.mutate(asked);
  };
  return (
    <div className={classes['split']}>
      <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
        <Stack className="hp-panel" p="lg">
          <InputFields
            shape={shape}
            value={draft.input}
            onChange={(input) => change({ input })}
            onValid={setValid}
          />
          <MoreFields
            draft={draft}
            problems={problems}
            context={schemas?.context_schema ?? null}
            onChange={change}
          />
          {started.error && <ErrorPanel error={started.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              leftSection={<IconRocket size={16} aria-hidden />}
              loading={started.isPending}
              disabled={!ready}
            >
              Launch
            </Button>
          </Group>
        </Stack>
      </form>
      <ByCode asked={asked} />
    </div>
  );
};

/** A conversation begins with something said. */
const says = ({ takesMessages, rest }: InputShape, input: Record<string, unknown>): boolean => {
  if (!takesMessages || rest !== null) return true;
  const written = writtenMessages(input['messages']);
  return written === undefined || written.some(({ content }) => content.trim() !== '');
};
