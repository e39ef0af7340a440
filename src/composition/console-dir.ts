import { fileURLToPath } from 'node:url';

/** Where the build puts the console, seen from dist/ and from src/ alike. */
export const CONSOLE_DIR = fileURLToPath(new URL('../../dist/console', import.meta.url));
