import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './server.ts';

/** A user's project in a folder of its own: its langgraph.json and its files. Answers the path of the former. */
export const userProject = (langgraph: object, files: Record<string, string>): string => {
  const folder = temporaryFolder();
  const config = join(folder, 'langgraph.json');
  writeFileSync(config, JSON.stringify(langgraph));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return config;
};
