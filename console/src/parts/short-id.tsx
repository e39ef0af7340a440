import { Code, Tooltip } from '@mantine/core';

/** The beginning of an id; the whole of it on hover. */
export const ShortId = ({ id }: { id: string }) => (
  <Tooltip label={id}>
    <Code className="hp-mono">{id.slice(0, 8)}</Code>
  </Tooltip>
);
