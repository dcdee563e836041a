/** Takes the TypeScript blocks out of a Markdown page and compiles them against the source of the package. */
import { posix } from 'node:path';
import ts from 'typescript';
import { ROOT, type Violation } from './source-tree.js';

export interface CodeBlock {
  readonly path: string;
  /** The line of the page on which the code begins. */
  readonly line: number;
  readonly text: string;
}

/**
 * The blocks marked `ts` or `tsx`. A comment `<!-- given: declare const client: ChatSocketClient; -->` right above a
 * block declares what the text has introduced already.
 */
export function codeBlocksOf(path: string, page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const pattern = /(?:<!-- given: (.*?) -->\n)?^```tsx?\n(.*?)^```$/gms;
  for (const match of page.matchAll(pattern)) {
    const [whole, given = '', code = ''] = match;
    const opening = page.slice(0, match.index + whole.indexOf('```ts'));
    blocks.push({ path, line: opening.split('\n').length + 1, text: `${given.replaceAll('\n', ' ')}\n${code}` });
  }
  return blocks;
}

/** Every error of every block, at its line of the page. Each block is a module of its own. */
export function compileBlocks(blocks: readonly CodeBlock[]): Violation[] {
  const files = new Map(blocks.map((block, index) => [`${ROOT}docs-block-${index}.tsx`, block]));
  const options: ts.CompilerOptions = {
    ...readOptions(),
    // A block shows a call, and need not use what it returns.
    noUnusedLocals: false,
    noUnusedParameters: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const host = ts.createCompilerHost(options);
  const readFromDisk = host.getSourceFile.bind(host);
  const existsOnDisk = host.fileExists.bind(host);
  host.fileExists = (name) => files.has(name) || existsOnDisk(name);
  host.getSourceFile = (name, languageVersion) => {
    const block = files.get(name);
    return block === undefined
      ? readFromDisk(name, languageVersion)
      : ts.createSourceFile(name, block.text, languageVersion, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, block]) => {
    const file = program.getSourceFile(name);
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return diagnostics.map((diagnostic) => violationOf(diagnostic, block));
  });
}

/** Links to files of the repository that are not there. */
export function brokenLinks(path: string, page: string, exists: (path: string) => boolean): Violation[] {
  const withoutCode = page.replaceAll(/^```.*?^```$/gms, (block) => block.replaceAll(/[^\n]/g, ' '));
  return linksOf(withoutCode).flatMap(({ target, offset }) => {
    if (exists(resolveLink(path, target))) return [];
    const line = withoutCode.slice(0, offset).split('\n').length;
    return [{ path, line, message: `links to ${target}, which is not there` }];
  });
}

/**
 * Links from a page of the package to what is in the repository alone: there is nothing behind them in node_modules, so
 * their paragraph has to say where they lead.
 */
export function linksOutOfPackage(path: string, page: string, isPacked: (path: string) => boolean): Violation[] {
  if (!isPacked(path)) return [];
  let line = 1;
  return page.split('\n\n').flatMap((paragraph) => {
    const at = line;
    line += paragraph.split('\n').length + 1;
    if (/\brepository\b/i.test(paragraph)) return [];
    return linksOf(paragraph)
      .filter(({ target }) => !isPacked(resolveLink(path, target)))
      .map(({ target, offset }) => ({
        path,
        line: at + paragraph.slice(0, offset).split('\n').length - 1,
        message: `links to ${target}, which is not in the package: say that it is in the repository`,
      }));
  });
}

function linksOf(text: string): { readonly target: string; readonly offset: number }[] {
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map((match) => ({ target: match[1] ?? '', offset: match.index }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

function resolveLink(path: string, target: string): string {
  return posix.join(posix.dirname(path), target);
}

function readOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT).options;
}

function violationOf(diagnostic: ts.Diagnostic, { path, line }: CodeBlock): Violation {
  const { file, start } = diagnostic;
  // The text begins with the line of what is given, before the code itself.
  const offset = file === undefined || start === undefined ? 1 : file.getLineAndCharacterOfPosition(start).line;
  return { path, line: line + offset - 1, message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ') };
}
