import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link leads to. */
export type LinkTarget =
  | { kind: 'question'; id: string; threadId: string }
  | { kind: 'thread'; threadId: string }
  | { kind: 'stop'; id: string };

export interface Links {
  /** An address that leads there, signed. It is no key: who opens it signs in as always. */
  to(target: LinkTarget): string;
  /** Where in the console a link leads; undefined when it is not by this server, or too old. */
  open(token: string): string | undefined;
}

interface LinkParts {
  /** Where this server is reached by people, without a slash at the end. */
  base: () => string;
  key: Buffer;
  /** How long a link leads anywhere (ms). */
  lifetimeMs: number;
  now: () => number;
}

/** Makes links into the console that only this server can make. */
export const createLinks = ({ base, key, lifetimeMs, now }: LinkParts): Links => {
  const sign = (payload: string): string => createHmac('sha256', key).update(payload).digest('base64url');
  return {
    to: (target) => {
      const payload = Buffer.from(JSON.stringify({ ...target, until: now() + lifetimeMs })).toString(
        'base64url',
      );
      return `${base()}/links/${payload}.${sign(payload)}`;
    },
    open: (token) => {
      const [payload = '', signature = ''] = token.split('.');
      if (!same(signature, sign(payload))) return undefined;
      const { until, ...target } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as LinkTarget & {
        until: number;
      };
      return until < now() ? undefined : placeOf(target as LinkTarget);
    },
  };
};

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** The page of the console. */
const placeOf = (target: LinkTarget): string => {
  switch (target.kind) {
    case 'question':
      return `/console/approvals?question=${encodeURIComponent(target.id)}`;
    case 'thread':
      return `/console/threads/${encodeURIComponent(target.threadId)}`;
    case 'stop':
      return `/console/stop?stop=${encodeURIComponent(target.id)}`;
  }
};
