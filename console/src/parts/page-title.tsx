import { Group, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

/** The heading of a screen and the tab's title. */
export const PageTitle = ({
  title,
  about,
  children,
}: {
  title: string;
  about?: ReactNode;
  children?: ReactNode;
}) => {
  useEffect(() => {
    pageTitle = title;
    showTitle();
  }, [title]);
  return (
    <Group justify="space-between" align="center" gap="sm" mb="md" wrap="wrap">
      <div>
        <Title order={1} size="h2" className="hp-text">
          {title}
        </Title>
        {about && (
          <Text size="sm" className="hp-soft">
            {about}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
};

let pageTitle = 'Holdpoint';
let waiting = 0;

const showTitle = (): void => {
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${pageTitle} · Holdpoint`;
};

/** How many questions wait, before the name of the page in the tab. */
export const showWaiting = (count: number): void => {
  waiting = count;
  showTitle();
};
