// Builds the JavaScript of dist/ from src/. A server starts in half the time when it loads few files: our own modules
// and the libraries that only we use are joined. LangChain and whatever a graph may use too stay packages, so that
// a graph and the server share them. The command line has a copy of the SDK to itself: it starts in half the time.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { build } from 'esbuild';

/** Libraries of the server that no graph shares with it. */
const JOINED = [
  '@koa/router',
  'cron-parser',
  'ipaddr.js',
  'koa',
  'kysely',
  'picocolors',
  'pino',
  'prom-client',
  'rate-limiter-flexible',
  'raw-body',
  'request-filtering-agent',
  'standardwebhooks',
  'uuid',
  'ws',
];

/**
 * What can be started, imported or forked by itself. The server and the command line do not load LangChain, nor what
 * comes with it: they have their own.
 */
const SERVER = {
  joined: [...JOINED, 'zod', '@langchain/langgraph-sdk', 'chokidar'],
  entries: [
    'cli',
    'server',
    'config/settings',
    'lifecycle/claim-run',
    'lifecycle/deps',
    'storage/embedded/open',
  ],
};
const WORKER = {
  joined: JOINED,
  entries: [
    'worker-entry',
    'worker-process',
    'worker/watchdog-thread',
    'engine/fallback-resolver',
    'engine/project-langgraph',
    'engine/schemas/read-types-process',

    'gates/index',
    'gates/middleware',
    'client/index',
  ],
};

/** Where a module stands that says so: `import.meta` as if nothing had been joined. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __toPath, pathToFileURL as __toUrl } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __toPath(import.meta.url);
const __dirname = __toPath(new URL('.', import.meta.url));
const __place = (file) => new URL('dist/' + file, __toUrl(require.resolve('holdpoint/package.json'))).href;`;

const ownPlaces = {
  name: 'own places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta')) return undefined;
      const place = `__place(${JSON.stringify(relative('src', path).replaceAll('\\', '/').replace(/\.ts$/, '.js'))})`;
      const contents = text
        .replaceAll(/import\.meta\.resolve\(('[^']+')\)/g, `new URL($1, ${place}).href`)
        .replaceAll('import.meta.filename', `__toPath(${place})`)
        .replaceAll('import.meta.url', place);
      return { contents, loader: 'ts' };
    });
  },
};

/** Packages that our own code imports stay packages, but those named; what these import is joined with them. */
const packages = (joined) => ({
  name: 'packages',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (importer.includes('node_modules')) return OPTIONAL.has(path) ? { path, external: true } : undefined;
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      return path === '' || joined.includes(name) ? undefined : { path, external: true };
    });
  },
});

/** Asked for by a joined library, which does without. */
const OPTIONAL = new Set(['bufferutil', 'utf-8-validate']);

export const buildServer = async () => {
  for (const { entries, joined } of [SERVER, WORKER]) {
    await build({
      entryPoints: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
      outdir: 'dist',
      chunkNames: 'lib/[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      legalComments: 'inline',
      banner: { js: BANNER },
      plugins: [ownPlaces, packages(joined)],
      logLevel: 'warning',
    });
  }
};
