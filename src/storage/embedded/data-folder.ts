import { mkdirSync } from 'node:fs';
import { HoldpointError } from '../../model/errors.ts';

/** The file with what signs the links of notifications, where no secret is set. For the server's user alone. */
export const LINK_KEY = 'link.key';

/**
 * Makes the data folder where it is not there.
 * @throws {HoldpointError} `storage_unavailable`, naming it, when that cannot be done.
 */
export const makeDataFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new HoldpointError(
      'storage_unavailable',
      `The data folder ${folder} cannot be made: ${reasonOf(error)}. Name another one with --data or HOLDPOINT_DATA.`,
      { cause: error },
    );
  }
};

const reasonOf = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file in its place' : message;
};
