import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file in a folder and in those below it. */
export const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .toSorted();

/** The same as long as none of these files, and no file in these folders, has changed. */
export const stampOf = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((each) => (statSync(each).isFile() ? [each] : filesIn(each)))) {
    hash.update(`${path}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
};

/** Whether what bears this stamp was built from the same; a build that was broken off has left none. */
export const bears = (file, stamp) =>
  statSync(file, { throwIfNoEntry: false }) !== undefined && readFileSync(file, 'utf8') === stamp;
