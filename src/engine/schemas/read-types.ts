import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { LENT } from '../lent-packages.ts';
import type { GraphSource } from '../graph-registry.ts';
import { SHAPE_PARTS, type Shapes } from './graph-shape.ts';
import { typeSchema } from './type-schema.ts';

/** What of the export is looked at: of a function its result, of a builder what it compiles to. */
const questions = (file: string, exportName: string): string => `
type Exported = (typeof import(${JSON.stringify(file)}))[${JSON.stringify(exportName)}];
type Made = Exported extends (...given: never) => infer R ? Awaited<R> : Awaited<Exported>;
type Inner = Made extends { graph: infer G } ? G : Made;
type Graph = Inner extends { compile: (...given: never) => infer G } ? G : Inner;
export type input = Graph extends { '~InputType': infer T } ? T : unknown;
export type output = Graph extends { '~OutputType': infer T } ? T : unknown;
export type state = Graph extends { '~RunOutput': infer T } ? T : output;
type Options = Graph extends { invoke: (input: never, options?: infer O) => unknown } ? NonNullable<O> : unknown;
export type context = Options extends { context?: infer T } ? NonNullable<T> : unknown;
`;

/**
 * JSON Schemas of a graph by the types of its source: what `Annotation` says is there and nowhere else. Nothing of the
 * project is executed. Takes seconds, and hundreds of megabytes of memory.
 */
export const readTypes = (
  compiler: typeof ts,
  { file, exportName }: Pick<GraphSource, 'file' | 'exportName'>,
): Shapes => {
  const asking = join(dirname(file), `__holdpoint_schemas_${process.pid}.ts`);
  const options = compilerOptions(compiler, file);
  const program = compiler.createProgram({
    rootNames: [asking],
    options,
    host: hostWith(compiler, options, { file: asking, text: questions(file, exportName) }),
  });
  const source = program.getSourceFile(asking);
  if (!source) return {};
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  const exported = module ? checker.getExportsOfModule(module) : [];
  return Object.fromEntries(
    SHAPE_PARTS.map((part) => {
      const symbol = exported.find(({ name }) => name === part);
      const type = symbol && checker.getDeclaredTypeOfSymbol(symbol);
      return [part, type && typeSchema({ ts: compiler, checker, at: source }, type)];
    }),
  );
};

/** Of the project's own options those that say how modules are found. */
const compilerOptions = (compiler: typeof ts, file: string): ts.CompilerOptions => {
  const { sys } = compiler;
  const config = compiler.findConfigFile(dirname(file), (path) => sys.fileExists(path));
  const { baseUrl, paths, jsx, customConditions }: ts.CompilerOptions = config
    ? compiler.parseJsonConfigFileContent(
        compiler.readConfigFile(config, (path) => sys.readFile(path)).config as unknown,
        sys,
        dirname(config),
      ).options
    : {};
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(paths !== undefined && { paths }),
    ...(jsx !== undefined && { jsx }),
    ...(customConditions !== undefined && { customConditions }),
    target: compiler.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    allowJs: true,
    noEmit: true,
    skipLibCheck: true,
    strict: true,
    types: [],
  };
};

/** Files of packages, which nobody edits, by name: most of the work is to read them. */
const packageFiles = new Map<string, ts.SourceFile>();

const PACKAGE_FILE = /[\\/]node_modules[\\/]/;

/** Files as they are on disk, one more, and packages that the project has not installed lent from here. */
const hostWith = (
  compiler: typeof ts,
  options: ts.CompilerOptions,
  extra: { file: string; text: string },
): ts.CompilerHost => {
  const host = compiler.createCompilerHost(options);
  const resolve = (name: string, from: string): ts.ResolvedModuleFull | undefined =>
    compiler.resolveModuleName(name, from, options, host).resolvedModule;
  return {
    ...host,
    fileExists: (file) => file === extra.file || host.fileExists(file),
    readFile: (file) => (file === extra.file ? extra.text : host.readFile(file)),
    getSourceFile: (file, ...rest) => {
      if (file === extra.file)
        return compiler.createSourceFile(file, extra.text, options.target ?? compiler.ScriptTarget.ES2022);
      const source = packageFiles.get(file) ?? host.getSourceFile(file, ...rest);
      if (source && PACKAGE_FILE.test(file)) packageFiles.set(file, source);
      return source;
    },
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text: name }) => ({
        resolvedModule:
          resolve(name, from) ?? (LENT.test(name) ? resolve(name, import.meta.filename) : undefined),
      })),
  };
};
