import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context, Middleware } from 'koa';

const HOME = '/console/';

/** What the page may do: nothing but what comes from here, and no markup of an agent's can bring in code. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};

/** What the built page has in place of the nonce. */
const NONCE = '__CSP_NONCE__';

/**
 * Serves the console as it was built into `folder`. Files whose names hold their hash may be kept for ever; every other
 * path under `/console/` is the page, whose scripts know what to show there. Nothing of it is secret: what it shows it
 * asks of the API like anybody else.
 */
export const serveConsole = (folder: string): Middleware => {
  const files = readFiles(folder);
  return async (ctx, next) => {
    if (ctx.path === '/console') return redirect(ctx, HOME);
    if (!ctx.path.startsWith(HOME) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    const name = ctx.path.slice(HOME.length);
    const file = files.get(name);
    ctx.state['route'] = '/console/';
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'same-origin');
    if (file && name !== 'index.html') return sendFile(ctx, name, file);
    if (extname(name) !== '') return next();
    sendPage(ctx, files.get('index.html'));
  };
};

/** A browser that asks for `/` wants the console. */
export const consoleAtRoot: Middleware = async (ctx, next) => {
  const wants = ctx.method === 'GET' && ctx.path === '/' && ctx.get('Accept').includes('text/html');
  if (!wants) return next();
  redirect(ctx, HOME);
};

const redirect = (ctx: Context, to: string): void => {
  ctx.redirect(to + ctx.search);
};

interface File {
  plain: Buffer;
  gzip: Buffer | undefined;
}

const readFiles = (folder: string): Map<string, File> => {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const served = names.filter((name) => extname(name) in TYPES);
  return new Map(
    served.map((name) => {
      const packed = join(folder, `${name}.gz`);
      const gzip = existsSync(packed) ? readFileSync(packed) : undefined;
      return [name, { plain: readFileSync(join(folder, name)), gzip }];
    }),
  );
};

const sendFile = (ctx: Context, name: string, { plain, gzip }: File): void => {
  const kept = name.startsWith('assets/');
  ctx.set('Cache-Control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
  ctx.set('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
  ctx.vary('Accept-Encoding');
  const packed = gzip !== undefined && ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (packed) ctx.set('Content-Encoding', 'gzip');
  ctx.body = packed ? gzip : plain;
};

const sendPage = (ctx: Context, page: File | undefined): void => {
  const nonce = randomBytes(16).toString('base64');
  ctx.set('Content-Security-Policy', policy(nonce));
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.status = page ? 200 : 503;
  ctx.body = page ? page.plain.toString().replaceAll(NONCE, nonce) : NOT_BUILT;
};

const NOT_BUILT = '<!doctype html><title>Holdpoint</title><p>The console is not built: run npm run build.';
