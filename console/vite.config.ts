import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/console/',
  plugins: [react()],
  resolve: {
    alias: {
      // It compiles code at run time, which the page's policy forbids; forms bring a validator of their own.
      '@rjsf/validator-ajv8': here('src/parts/form/validator.ts'),
      // The form library's fields for dates bring a calendar, and say a time without its zone.
      './DateTime/index.js': here('src/parts/form/date-widgets.tsx'),
      // The page reads markdown already.
      'markdown-to-jsx/react': here('src/parts/form/plain-markdown.tsx'),
    },
  },
  build: {
    outDir: here('../dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // What is loaded later never comes without how it looks.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '^/(?!console)': 'http://127.0.0.1:2024' } },
});
