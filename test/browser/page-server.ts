import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { temporaryFolder } from '../support/server.ts';

/** The same browser without the windows that nobody sees takes half of the processor's time. */
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));

/** Whether these tests can run here; `.ci/run` installs the browser. */
export const hasBrowser = CHROMIUM !== undefined;
if (!hasBrowser) console.warn('Skipped: there is no Chromium. apt-get install chromium-headless-shell');

/** What is not tested and costs: a second page in every window, and a process in store for the next one. */
const WITHOUT = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'SpareRendererForSitePerProcess',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  // Chromium asks the user whether a public page may reach this machine; nobody is here to say yes.
  'LocalNetworkAccessChecks',
];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${WITHOUT.join()}`,
    ],
  });

export interface PageServer {
  /** The origin of the pages, which is not the server's. */
  origin: string;
  close(): void;
}

/** Bundles the pages and serves them from an origin of their own. */
export const servePages = async (names: string[]): Promise<PageServer> => {
  const outdir = temporaryFolder();
  const pages = fileURLToPath(new URL('pages', import.meta.url));
  await build({
    entryPoints: names.map((name) => join(pages, `${name}.js`)),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://pages');
    const name = names.find((each) => pathname.startsWith(`/${each}`));
    if (name === undefined) {
      response.writeHead(404).end();
    } else if (pathname.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(join(outdir, `${name}.js`)));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(
        `<!doctype html><meta charset="utf-8"><div id="root"></div><script type="module" src="/${name}.js"></script>`,
      );
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
