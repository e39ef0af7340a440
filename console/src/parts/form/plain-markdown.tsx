import { Markdown as OurMarkdown } from '../markdown.tsx';

/** Stands in the place of the form library's markdown, which would be a second reader of it on the page. */
export const Markdown = ({ children }: { children: string }) => <OurMarkdown text={children} />;
