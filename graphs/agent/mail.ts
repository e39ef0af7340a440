import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { tool } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { z } from 'zod';

const PATIENCE_MS = 20_000;

const address = z.email().describe('A mail address, for example team@example.com');

const Mail = z.object({
  to: z.union([address, z.array(address).min(1).max(50)]),
  subject: z.string().min(1).max(200),
  text: z.string().describe('The whole text of the mail'),
});

type Mail = z.infer<typeof Mail>;

/** The same for every attempt at this call, so that a mail sent twice can be told apart from two mails. */
const callId = ({
  configurable,
  toolCall,
}: LangGraphRunnableConfig & { toolCall?: { id?: string } }): string =>
  createHash('sha256')
    .update(JSON.stringify([configurable?.['thread_id'], configurable?.['checkpoint_ns'], toolCall?.id]))
    .digest('hex')
    .slice(0, 32);

const letter = ({ to, subject, text }: Mail, id: string): SendMailOptions => ({
  from: process.env['MAIL_FROM'] || 'agent@localhost',
  to,
  subject,
  text,
  messageId: `<${id}@holdpoint>`,
  disableFileAccess: true,
  disableUrlAccess: true,
});

const send = async (mail: SendMailOptions, url: string): Promise<void> => {
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  try {
    const { rejected } = await transport.sendMail(mail);
    if (rejected.length > 0)
      throw new Error(`the mail server took it, but not for ${rejected.map(String).join(', ')}`);
  } finally {
    transport.close();
  }
};

/** Writes the mail as a file that is there as a whole or not at all, once for each call. */
const putIntoOutbox = async (mail: SendMailOptions, id: string): Promise<string> => {
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail);
  const folder = resolve(process.env['HOLDPOINT_OUTBOX'] || 'outbox');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${id}.eml`);
  const handle = await open(`${file}.part`, 'w');
  try {
    await handle.writeFile(message as Buffer);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
  return relative(process.cwd(), file);
};

export const sendEmail = tool(
  async (input, config: LangGraphRunnableConfig) => {
    const id = callId(config);
    const mail = letter(input, id);
    const to = [input.to].flat().join(', ');
    const { SMTP_URL: url } = process.env;
    if (url) {
      await send(mail, url);
      return `Sent the mail to ${to}.`;
    }
    const file = await putIntoOutbox(mail, id);
    return `Put the mail to ${to} into the outbox (${file}); no mail server is configured, so it goes no further.`;
  },
  {
    name: 'send_email',
    description: 'Send a mail. A person approves each call.',
    schema: Mail,
  },
);
