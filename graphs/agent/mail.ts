import { mkdir, open, rename } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { tool } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { effect, NotHappened } from 'holdpoint/gates';
import type { SendMailOptions } from 'nodemailer';
import { z } from 'zod';

const PATIENCE_MS = 20_000;

/** All of it, also with a server that says a little now and then. */
const LONGEST_MS = 120_000;

const address = z.email().describe('A mail address, for example team@example.com');

const Mail = z.object({
  to: z.union([address, z.array(address).min(1).max(50)]),
  subject: z.string().min(1).max(200),
  text: z.string().describe('The whole text of the mail'),
});

type Mail = z.infer<typeof Mail>;

const letter = ({ to, subject, text }: Mail, id: string): SendMailOptions => ({
  from: process.env['MAIL_FROM'] || 'agent@localhost',
  to,
  subject,
  text,
  messageId: `<${id}@holdpoint>`,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** What nodemailer says when the server did not take the mail; after anything else it may be under way all the same. */
const REFUSED = new Set(['EDNS', 'EAUTH', 'ENOAUTH', 'ETLS', 'EENVELOPE', 'EMESSAGE']);

const sortFailure = (error: unknown): never => {
  const { code = '', syscall } = error as { code?: string; syscall?: string };
  if (syscall === 'connect' || REFUSED.has(code))
    throw new NotHappened(error instanceof Error ? error.message : String(error), { cause: error });
  throw error;
};

const send = async (mail: SendMailOptions, url: string): Promise<void> => {
  const { createTransport } = await import('nodemailer');
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), LONGEST_MS);
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  try {
    const { rejected } = await transport.sendMail({ ...mail, signal: late.signal }).catch(sortFailure);
    if (rejected.length > 0)
      throw new Error(`the mail server took it, but not for ${rejected.map(String).join(', ')}`);
  } catch (error) {
    if (!late.signal.aborted) throw error;
    throw new Error(`the mail server took longer than ${LONGEST_MS / 1000} s`, { cause: error });
  } finally {
    clearTimeout(timer);
    transport.close();
  }
};

/** Writes the mail as a file that is there as a whole or not at all, once for each call. */
const putIntoOutbox = async (mail: SendMailOptions, id: string): Promise<string> => {
  const { createTransport } = await import('nodemailer');
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
  (input, config: LangGraphRunnableConfig) => {
    const to = [input.to].flat().join(', ');
    const { SMTP_URL: url } = process.env;
    return effect(
      {
        name: 'send_email',
        args: input,
        // The outbox keeps one file for each key. A mail server cannot be asked: a person has to look.
        onInDoubt: url ? 'hold' : 'retry',
        run: async ({ key }) => {
          if (url) {
            await send(letter(input, key), url);
            return `Sent the mail to ${to}.`;
          }
          const file = await putIntoOutbox(letter(input, key), key);
          return `Put the mail to ${to} into the outbox (${file}); no mail server is configured, so it goes no further.`;
        },
      },
      config,
    );
  },
  {
    name: 'send_email',
    description: 'Send a mail. A person approves each call.',
    schema: Mail,
  },
);
