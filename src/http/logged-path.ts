/** Places whose next part is a secret that does something by itself. */
const BEARERS = /^(\/(?:hooks|links)\/).+/i;

/** A request's path as logs and traces may have it. */
export const loggedPath = (path: string): string => path.replace(BEARERS, '$1…');
