import { describe, expect, it } from 'vitest';
import { readText } from '../house/files.ts';

/** The packages that a module of the gates needs when it runs, by itself and through what it imports. */
const packagesOf = (file: string, seen = new Set<string>()): Set<string> => {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, name = ''] of readText(`src/gates/${file}`).matchAll(
    /^(?:import(?! type )|export(?! type )|\}).* from '([^']+)';$/gm,
  )) {
    if (name.startsWith('./')) for (const found of packagesOf(name.slice(2), seen)) packages.add(found);
    else
      packages.add(
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
  return packages;
};

describe('holdpoint/gates', () => {
  it('needs LangGraph and nothing else', () => {
    expect([...packagesOf('index.ts')].toSorted()).toEqual(['@langchain/core', '@langchain/langgraph']);
  });

  it('needs langchain for the middleware only, which is an optional peer', () => {
    expect(packagesOf('middleware.ts')).toContain('langchain');
    const { dependencies, peerDependenciesMeta } = JSON.parse(readText('package.json')) as Record<
      string,
      Record<string, unknown>
    >;
    expect(dependencies).not.toHaveProperty('langchain');
    expect(peerDependenciesMeta?.['langchain']).toEqual({ optional: true });
  });
});
