import type { OutboundMessage } from '../model/outbound.ts';
import type { PostResult } from './post.ts';

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
  timeoutMs: number;
}

/** The reply of a server that will never take this mail: a permanent error (RFC 5321). */
const PERMANENT = 500;

/**
 * Makes a function that sends one mail and never throws. The same message has the same `Message-ID` at each attempt, so
 * that one sent twice can be told from two.
 */
export const createSendMail = ({ smtpUrl: url, from, timeoutMs }: MailSettings): SendMail => {
  const patience = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  return async ({ outboundId, url: to, body }, signal) => {
    const { subject, text } = JSON.parse(body) as MailBody;
    const { createTransport } = await import('nodemailer'); // only who sends mail waits for it
    const transport = createTransport({ url, ...patience });
    const abort = (): void => transport.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await transport.sendMail({
        from,
        to: decodeURIComponent(to.slice('mailto:'.length)),
        subject,
        text,
        messageId: `<${outboundId}@holdpoint>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { kind: 'delivered', status: 250 };
    } catch (error) {
      return failure(error);
    } finally {
      signal.removeEventListener('abort', abort);
      transport.close();
    }
  };
};

const failure = (error: unknown): PostResult => {
  const status = (error as { responseCode?: unknown }).responseCode;
  const code = typeof status === 'number' ? status : null;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: code !== null && code >= PERMANENT ? 'never' : 'again', status: code, error: message };
};
