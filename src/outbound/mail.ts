import type { OutboundMessage } from '../model/outbound.ts';
import { LATE, type PostResult } from './post.ts';

/** What the body of a message says that goes by mail. */
export interface MailBody {
  subject: string;
  text: string;
}

export type SendMail = (message: OutboundMessage, signal: AbortSignal) => Promise<PostResult>;

interface MailSettings {
  /** `smtp://user:password@host:port`, or `smtps://…`. */
  smtpUrl: string;
  from: string;
}

/** The reply of a server that will never take this mail: a permanent error (RFC 5321). */
const PERMANENT = 500;

/**
 * Makes a function that sends one mail and never throws. The signal alone ends it, whatever the mail server still says.
 * The same message has the same `Message-ID` at each attempt, so that one sent twice can be told from two.
 */
export const createSendMail =
  ({ smtpUrl: url, from }: MailSettings): SendMail =>
  async ({ outboundId, url: to, body }, signal) => {
    const { subject, text } = JSON.parse(body) as MailBody;
    const { createTransport } = await import('nodemailer'); // only who sends mail waits for it
    const mail = {
      from,
      to: decodeURIComponent(to.slice('mailto:'.length)),
      subject,
      text,
      messageId: `<${outboundId}@holdpoint>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal,
    };
    const transport = createTransport({ url });
    try {
      await transport.sendMail(mail);
      return { kind: 'delivered', status: 250 };
    } catch (error) {
      return signal.aborted ? LATE : failure(error);
    } finally {
      transport.close();
    }
  };

const failure = (error: unknown): PostResult => {
  const status = (error as { responseCode?: unknown }).responseCode;
  const code = typeof status === 'number' ? status : null;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: code !== null && code >= PERMANENT ? 'never' : 'again', status: code, error: message };
};
