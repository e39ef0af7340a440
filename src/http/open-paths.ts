import type { Route } from './route.ts';

/** Whether a request is for somewhere nobody is asked who they are. */
export const isOpenTo = (routes: readonly Route[]): ((method: string, path: string) => boolean) => {
  const open = routes
    .filter(({ scope }) => scope === 'open')
    .map(({ method, path }) => ({ method: method.toUpperCase(), path: patternOf(path) }));
  return (asked, path) => {
    const method = asked === 'HEAD' ? 'GET' : asked;
    return open.some((one) => one.method === method && one.path.test(path));
  };
};

const patternOf = (path: string): RegExp => {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/\W/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
};
