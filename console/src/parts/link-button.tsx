import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Attributes<Own> = Own &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Own> & { ref?: Ref<HTMLAnchorElement> };

const ButtonAnchor = (props: Attributes<ButtonProps>) => <Button component="a" {...props} />;
const TextAnchor = (props: Attributes<AnchorProps>) => <Anchor {...props} />;

/** A button that leads to another screen. */
export const LinkButton = createLink(ButtonAnchor);

/** A link within the console. */
export const TextLink = createLink(TextAnchor);
