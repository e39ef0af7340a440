// Runs in a process of its own and answers, one question at a time, what the types of a graph's source say.
import { createRequire } from 'node:module';
import type ts from 'typescript';
import { readTypes } from './read-types.ts';
import type { TypesAnswer, TypesQuestion } from './types-question.ts';

/** The project's own compiler, else ours; not one that has no such interface. */
const findCompiler = (file: string): typeof ts => {
  for (const from of [file, import.meta.url]) {
    try {
      const found = createRequire(from)('typescript') as typeof ts;
      if (typeof found.createProgram === 'function') return found;
    } catch {
      continue;
    }
  }
  throw new Error(
    'there is no TypeScript compiler, neither of the project nor here: install typescript where the graphs are',
  );
};

const answer = ({ file, exportName }: TypesQuestion): TypesAnswer => {
  try {
    return { shapes: readTypes(findCompiler(file), { file, exportName }) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

process.on('message', (question: TypesQuestion) => process.send?.(answer(question)));
process.on('disconnect', () => process.exit(0));
