import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { use, useEffect, useReducer, type ComponentType } from 'react';
import { Notice } from './notice.tsx';

/** Null: it could not be loaded. */
type Loaded<Props> = ComponentType<Props> | null;

/**
 * A part of the page that is loaded when it is first shown. One that cannot be loaded leaves the rest of the page as it is: it
 * says so in its own place, and is loaded again when asked to, or when it is shown the next time.
 */
export const lazily = <Props extends object>(load: () => Promise<ComponentType<Props>>) => {
  let loaded: Promise<Loaded<Props>> | undefined;
  const begin = (): Promise<Loaded<Props>> => (loaded ??= load().catch(() => null));
  const forget = (): void => void (loaded = undefined);
  const Lazily = (props: Props) => {
    const [, showAgain] = useReducer((times: number) => times + 1, 0);
    const Part = use(begin());
    useEffect(() => (Part === null ? forget : undefined), [Part]);
    if (Part !== null) return <Part {...props} />;
    return (
      <NotLoaded
        onRetry={() => {
          forget();
          showAgain();
        }}
      />
    );
  };
  /** Loads it before it is shown. */
  const preload = async (): Promise<void> => {
    if ((await begin()) === null) forget();
  };
  return Object.assign(Lazily, { preload });
};

/** After an update of the server its parts have other names: the page that is open has to be loaded again to know them. */
const NotLoaded = ({ onRetry }: { onRetry: () => void }) => (
  <Notice bad icon={<IconAlertTriangle />} title="This part of the page could not be loaded" role="alert">
    The server cannot be reached, or it was updated meanwhile. What is not sent yet is lost when the page is
    loaded again.
    <Button.Group mt="sm">
      <Button variant="default" size="xs" onClick={onRetry}>
        Try again
      </Button>
      <Button variant="default" size="xs" onClick={() => location.reload()}>
        Load the page again
      </Button>
    </Button.Group>
  </Notice>
);
