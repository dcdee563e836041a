/** Which names of the platform each layer may use without importing them: the pure layers none. */
import ts from 'typescript';
import { lineOf, parse } from './imports.js';
import type { SourceTree, Violation } from './source-tree.js';

/** The language itself, without its clock (`Date`), its dice, its way to the platform and its compilers. */
const LANGUAGE: readonly string[] = [
  ...['Array', 'ArrayBuffer', 'BigInt', 'Boolean', 'DataView', 'Error', 'Infinity', 'JSON', 'Map', 'Math', 'NaN'],
  ...[
    'Number',
    'Object',
    'RangeError',
    'ReferenceError',
    'Reflect',
    'RegExp',
    'Set',
    'String',
    'Symbol',
    'SyntaxError',
  ],
  ...['TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'WeakMap', 'WeakRef', 'WeakSet'],
  ...['decodeURIComponent', 'encodeURIComponent', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined'],
];

/** What each layer may use beyond the language; layers that are not named may use the platform. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ports: [],
  errors: [],
  protocols: ['Date.parse'],
  client: ['AbortController', 'Promise'],
};

/** Every use of a platform name in a layer that may not use it, and every roll of dice outside `platform`. */
export function globalViolations(tree: SourceTree): Violation[] {
  return [...tree].flatMap(([path, text]) => {
    const layer = /^src\/([^/]+)\//.exec(path)?.[1];
    const extra = layer === undefined ? undefined : ALLOWED[layer];
    return extra === undefined ? [] : violationsIn(path, text, new Set([...LANGUAGE, ...extra]));
  });
}

function violationsIn(path: string, text: string, allowed: ReadonlySet<string>): Violation[] {
  const file = parse(path, text);
  const declared = declaredNames(file);
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    if (isErased(node)) return;
    if (isMathRandom(node)) found.push({ path, line: lineOf(file, node), message: 'rolls dice with Math.random' });
    if (ts.isIdentifier(node) && isReference(node) && !declared.has(node.text) && !isAllowed(node, allowed)) {
      found.push({ path, line: lineOf(file, node), message: `uses the global ${node.text}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Types, and what an interface extends or a class implements: names there are no values. */
function isErased(node: ts.Node): boolean {
  if (ts.isHeritageClause(node)) {
    return ts.isInterfaceDeclaration(node.parent) || node.token === ts.SyntaxKind.ImplementsKeyword;
  }
  return ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node);
}

function isMathRandom(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'random') return false;
  return ts.isIdentifier(node.expression) && node.expression.text === 'Math';
}

/** A name, or one member of it: `Date.parse` only reads a text, where all else of `Date` may read the clock. */
function isAllowed(node: ts.Identifier, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(node.text)) return true;
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) && allowed.has(`${node.text}.${parent.name.text}`);
}

/** Every name that the file itself brings in, anywhere: a coarse scope that is enough where nobody shadows a global. */
function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isDeclaration =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isFunctionExpression(node) ||
      ts.isClassDeclaration(node) ||
      ts.isClassExpression(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node);
    if (isDeclaration && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** True for a name that stands for a value, not for a property, a declaration or a label. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyDeclaration(parent)) {
    return parent.initializer === node;
  }
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false;
  if (ts.isNamespaceImport(parent) || ts.isLabeledStatement(parent) || ts.isJsxAttribute(parent)) return false;
  if (ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent) || ts.isTypeParameterDeclaration(parent)) {
    return false;
  }
  if (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isObjectLiteralElement(parent)) return false;
  if (ts.isFunctionDeclaration(parent) || ts.isClassDeclaration(parent)) return false;
  return !(ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent));
}
