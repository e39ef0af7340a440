import type { NotificationTarget } from '../model/notification-target.ts';
import type { Told } from '../model/told.ts';
import type { NewOutboundMessage } from '../storage/outbound-store.ts';
import type { MailBody } from './mail.ts';

type Message = Pick<NewOutboundMessage, 'kind' | 'url' | 'body'> & { to: string };

/** What is told, in the words of the way it goes. */
export const toldMessage = (told: Told, { channel, address, targetId }: NotificationTarget): Message => {
  const { url, body } = CHANNELS[channel](told, address);
  return { to: targetId, kind: `notice.${told.event}`, url, body };
};

const CHANNELS = {
  webhook: (told: Told, url: string) => ({ url, body: webhookBody(told) }),
  slack: (told: Told, url: string) => ({ url, body: slackBody(told) }),
  email: (told: Told, address: string) => ({
    url: `mailto:${encodeURIComponent(address)}`,
    body: mailBody(told),
  }),
};

const webhookBody = (told: Told) => ({
  type: told.event,
  title: told.title,
  lines: told.lines,
  link: told.link,
  assistant: told.assistant,
  thread_id: told.threadId,
  run_id: told.runId,
  subject_id: told.subjectId,
  at: told.at,
});

const mailBody = ({ title, lines, link }: Told): MailBody => ({
  subject: oneLine(title),
  text: [...lines, '', link, ''].join('\n'),
});

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);

/** Plain text beside the blocks: some receivers show only that. */
const slackBody = ({ title, lines, link }: Told) => {
  const text = `*${escaped(oneLine(title))}*\n${lines.map(escaped).join('\n')}`;
  return {
    text: `${text}\n<${link}|Open>`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3000) } },
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open' }, url: link }],
      },
    ],
  };
};

/** Nothing an agent wrote may mention everybody, or look like a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
