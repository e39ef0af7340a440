import type { ReactNode } from 'react';
import Remark from 'react-markdown';
import { showSigns } from './visible-text.ts';
import classes from './approval/approval.module.css';

/** Text of an agent as markdown: markup in it is shown as it is written; no pictures from elsewhere, links that tell where nobody came from. */
export const Markdown = ({ text }: { text: string }) => (
  <div className={classes['markdown']}>
    <Remark
      rehypePlugins={showSigns}
      disallowedElements={['img']}
      unwrapDisallowed
      components={{
        ...HEADINGS,
        a: ({ href, children }) => (
          <a href={href} target="_blank" rel="noreferrer noopener nofollow">
            {children}
          </a>
        ),
      }}
    >
      {text.length > MOST ? `${text.slice(0, MOST)}…` : text}
    </Remark>
  </div>
);

/** Headings of an agent's text are none of the page's. */
const Heading = ({ children }: { children?: ReactNode }) => (
  <p>
    <strong>{children}</strong>
  </p>
);

const HEADINGS = Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, Heading]));

/** More would take the page long to lay out. */
const MOST = 20_000;
