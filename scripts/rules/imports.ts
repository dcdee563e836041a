/** Reads what a file imports, with the TypeScript parser. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceTree } from './source-tree.js';

export interface Import {
  readonly from: string;
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The path of the imported file; null for a package. */
  readonly to: string | null;
  /** Erased by the compiler: no code runs because of it. */
  readonly isTypeOnly: boolean;
  /** `export … from`. */
  readonly isReExport: boolean;
}

export function parse(path: string, text: string): ts.SourceFile {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}

export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** Every import of every file: static, dynamic, type-only, `require`, and `export … from`. */
export function importsOf(tree: SourceTree): Import[] {
  return [...tree].flatMap(([path, text]) => importsOfFile(path, text, tree));
}

function importsOfFile(path: string, text: string, tree: SourceTree): Import[] {
  const file = parse(path, text);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== null) {
      found.push({
        from: path,
        line: lineOf(file, node),
        specifier,
        to: resolve(path, specifier, tree),
        isTypeOnly: isTypeOnly(node),
        isReExport: ts.isExportDeclaration(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function specifierOf(node: ts.Node): string | null {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : null;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return node.argument.literal.text;
  }
  if (!ts.isCallExpression(node)) return null;
  const isDynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  const [first] = node.arguments;
  return (isDynamic || isRequire) && first !== undefined && ts.isStringLiteral(first) ? first.text : null;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    if (clause === undefined) return false;
    if (clause.isTypeOnly) return true;
    const bindings = clause.namedBindings;
    return (
      clause.name === undefined &&
      bindings !== undefined &&
      ts.isNamedImports(bindings) &&
      bindings.elements.length > 0 &&
      bindings.elements.every((element) => element.isTypeOnly)
    );
  }
  if (ts.isExportDeclaration(node)) {
    const clause = node.exportClause;
    if (node.isTypeOnly) return true;
    return clause !== undefined && ts.isNamedExports(clause) && clause.elements.every((element) => element.isTypeOnly);
  }
  return false;
}

/** The file that a relative specifier names: `./a.js` is written for `./a.ts`. */
function resolve(from: string, specifier: string, tree: SourceTree): string | null {
  if (!specifier.startsWith('.')) return null;
  const target = posix.join(posix.dirname(from), specifier);
  const bare = target.replace(/\.(js|jsx|ts|tsx)$/, '');
  const candidates = [`${bare}.ts`, `${bare}.tsx`, `${target}/index.ts`];
  return candidates.find((candidate) => tree.has(candidate)) ?? target;
}
