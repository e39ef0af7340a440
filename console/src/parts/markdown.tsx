import Remark from 'react-markdown';
import classes from './approval/approval.module.css';

/** Text of an agent as markdown: no markup of its own, no pictures from elsewhere, links that tell where nobody came from. */
export const Markdown = ({ text }: { text: string }) => (
  <div className={classes['markdown']}>
    <Remark
      skipHtml
      disallowedElements={['img']}
      unwrapDisallowed
      components={{
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

/** More would take the page long to lay out. */
const MOST = 20_000;
