/** Reads which clauses of the promises the tests prove: a test carries the ids of its clauses in its name. */
import ts from 'typescript';
import { parse } from './imports.js';
import type { SourceTree } from './source-tree.js';

/** One promise, and the release that owes its proof; null where no release does yet. */
export interface Clause {
  readonly release: string | null;
  readonly title: string;
}

const ID = /(?<![A-Za-z0-9-])((?:UP|DS|SV|RX|MT|ST|CN)-\d+|[FSC]\d+)(?![A-Za-z0-9])/g;

/** Every clause id in the name of a test or of a group of tests. */
export function idsInTestNames(tree: SourceTree): ReadonlySet<string> {
  return new Set([...tree].flatMap(([path, text]) => namesIn(path, text).flatMap(idsIn)));
}

/** The ids in a text, in their one spelling: `UP-7` is `UP-07`. */
function idsIn(text: string): string[] {
  return [...text.matchAll(ID)].map(([id]) => id.replace(/^UP-(\d)$/, 'UP-0$1'));
}

function namesIn(path: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTestCall(node.expression)) found.push(...textsOf(node.arguments[0]));
    // A table's rows give the names that `test.each` fills in; a name is told from other texts by opening with its id.
    if (ts.isCallExpression(node) && isEach(node.expression)) {
      found.push(...node.arguments.flatMap(textsBelow).filter((name) => /^[A-Z]+-?\d+ /.test(name)));
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path, text));
  return found;
}

function isTestCall(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['describe', 'it', 'test'].includes(callee.text);
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return isTestCall(callee.expression);
  return ts.isTaggedTemplateExpression(callee) && isTestCall(callee.tag);
}

function isEach(callee: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'each' && isTestCall(callee.expression);
}

function textsOf(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isTemplateExpression(node) ? [node.getText()] : [];
}

function textsBelow(node: ts.Node): string[] {
  const found: string[] = textsOf(node);
  ts.forEachChild(node, (child) => {
    found.push(...textsBelow(child));
  });
  return found;
}
