import { Skeleton, Stack } from '@mantine/core';

const Lines = ({ count, height }: { count: number; height: number }) => (
  <>
    {Array.from({ length: count }, (_none, index) => (
      <Skeleton key={index} height={height} radius="md" />
    ))}
  </>
);

/** A screen whose code or data is on its way. */
export const ScreenSkeleton = () => (
  <Stack gap="md" aria-busy="true" aria-label="Loading" role="status">
    <Skeleton height={32} width={220} radius="md" />
    <Lines count={6} height={44} />
  </Stack>
);

/** A list on its way. */
export const ListSkeleton = ({ rows = 6, height = 56 }: { rows?: number; height?: number }) => (
  <Stack gap="xs" aria-busy="true" aria-label="Loading" role="status">
    <Lines count={rows} height={height} />
  </Stack>
);
