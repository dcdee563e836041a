/** The parts of the style guide that a machine can read: sizes, names, listeners and state that outlive nothing. */
import ts from 'typescript';
import { lineOf, parse } from './imports.js';
import type { SourceTree, Violation } from './source-tree.js';

const LINES_MAX = 300;
const TEST_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
const PARAMETERS_MAX = 3;

const BANNED_WORDS = [
  'util',
  'utils',
  'helper',
  'helpers',
  'manager',
  'misc',
  'common',
  'data',
  'info',
  'process',
  'do',
];
const BANNED_IN_FILE_NAMES: readonly string[] = [...BANNED_WORDS, 'handler', 'handlers'];
/** Files that collect by kind instead of by idea; the tests of the types may be called what they are. */
const BANNED_IN_CODE_FILE_NAMES: readonly string[] = ['types', 'constants'];
const BANNED_SHORT_FORMS = new Set(['msg', 'ctx', 'cfg', 'opts', 'cb', 'evt']);

type Rule = (path: string, file: ts.SourceFile) => Violation[];

const RULES: readonly Rule[] = [fileSize, fileName, functionShape, names, lasting, moduleState, html];

/** Everything in the tree that breaks a rule of style. */
export function styleViolations(tree: SourceTree): Violation[] {
  return [...tree].flatMap(([path, text]) => {
    const file = parse(path, text);
    return RULES.flatMap((rule) => rule(path, file));
  });
}

function fileSize(path: string, file: ts.SourceFile): Violation[] {
  const lines = file.text.split('\n').length - 1;
  const linesMax = path.startsWith('test/') ? TEST_LINES_MAX : LINES_MAX;
  return lines <= linesMax ? [] : [{ path, line: lines, message: `has ${lines} lines, at most ${linesMax}` }];
}

function fileName(path: string): Violation[] {
  const words = path.split(/[/.-]/);
  const bannedWords = path.startsWith('test/')
    ? BANNED_IN_FILE_NAMES
    : [...BANNED_IN_FILE_NAMES, ...BANNED_IN_CODE_FILE_NAMES];
  const banned = words.find((word) => bannedWords.includes(word));
  return banned === undefined ? [] : [{ path, line: 1, message: `is named "${banned}", which says nothing` }];
}

/** Callbacks of `describe` and `test` hold many small things and are no functions in this sense. */
function functionShape(path: string, file: ts.SourceFile): Violation[] {
  return collect(file, (node) => {
    if (!ts.isFunctionLike(node)) return [];
    const line = lineOf(file, node);
    const found: Violation[] = [];
    const lines = file.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - line;
    if (lines > FUNCTION_LINES_MAX && isCode(path)) {
      found.push({ path, line, message: `is a function of ${lines} lines, at most ${FUNCTION_LINES_MAX}` });
    }
    if (node.parameters.length > PARAMETERS_MAX) {
      found.push({ path, line, message: `takes ${node.parameters.length} parameters, at most ${PARAMETERS_MAX}` });
    }
    return found;
  });
}

/** What the package's own files declare. Names that a platform or a wire gives are out of reach. */
function names(path: string, file: ts.SourceFile): Violation[] {
  if (!path.startsWith('src/')) return [];
  return collect(file, (node) => {
    const isNamed =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isMethodDeclaration(node);
    if (!isNamed || node.name === undefined || !(ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name)))
      return [];
    const name = node.name.text;
    const words = name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .replaceAll(/[#_]/g, ' ')
      .split(' ');
    const banned = words.find((word) => BANNED_WORDS.includes(word) || BANNED_SHORT_FORMS.has(word));
    const isHandlerClass = ts.isClassDeclaration(node) && words.includes('handler');
    if (banned === undefined && !isHandlerClass) return [];
    return [{ path, line: lineOf(file, node), message: `declares ${name}: use whole words that say something` }];
  });
}

/** `setInterval` lies after sleep; `unload` listeners keep pages out of the back/forward cache. */
function lasting(path: string, file: ts.SourceFile): Violation[] {
  if (!path.startsWith('src/')) return [];
  return collect(file, (node) => {
    const isInterval = ts.isIdentifier(node) && node.text === 'setInterval';
    const isUnload = ts.isStringLiteralLike(node) && /^(before)?unload$/.test(node.text);
    if (!isInterval && !isUnload) return [];
    return [{ path, line: lineOf(file, node), message: `uses ${node.text}` }];
  });
}

/** State at the level of a module is shared by every client of a page, and by every test. */
function moduleState(path: string, file: ts.SourceFile): Violation[] {
  if (!path.startsWith('src/')) return [];
  return file.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    return statement.declarationList.declarations.flatMap((declaration) => {
      if (isConst && !isMutableCollection(declaration)) return [];
      const name = declaration.name.getText(file);
      return [{ path, line: lineOf(file, statement), message: `keeps the mutable state ${name} in the module` }];
    });
  });
}

/** A collection without a `Readonly…` type beside it. */
function isMutableCollection({ initializer, type }: ts.VariableDeclaration): boolean {
  if (initializer === undefined) return false;
  const isCollection =
    ts.isArrayLiteralExpression(initializer) ||
    (ts.isNewExpression(initializer) && /^(Weak)?(Map|Set)$/.test(initializer.expression.getText()));
  return isCollection && !/^(Readonly|readonly )/.test(type?.getText() ?? '');
}

/** Code from texts, and texts as HTML: pages that forbid both must be able to load the package. */
function html(path: string, file: ts.SourceFile): Violation[] {
  if (!path.startsWith('src/') && !path.startsWith('examples/web/')) return [];
  return collect(file, (node) => {
    const found = forbiddenSink(node);
    return found === null ? [] : [{ path, line: lineOf(file, node), message: `uses ${found}` }];
  });
}

function forbiddenSink(node: ts.Node): string | null {
  if (
    ts.isIdentifier(node) &&
    /^(eval|innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML)$/.test(node.text)
  ) {
    return node.text;
  }
  const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
  return isCall && ts.isIdentifier(node.expression) && node.expression.text === 'Function' ? 'Function' : null;
}

function isCode(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('examples/') || path.startsWith('scripts/');
}

function collect(file: ts.SourceFile, read: (node: ts.Node) => Violation[]): Violation[] {
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    found.push(...read(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
