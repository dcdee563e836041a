/** Reads the options of an interface from its source: name, type, and what its comment says. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { ROOT } from './rules/source-tree.js';

export interface DocumentedOption {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** The whole comment, in one line. */
  readonly meaning: string;
  /** What the comment calls the default; null where it names none. */
  readonly fallback: string | null;
}

/** The options that an interface, or an intersection with a type literal, declares itself, in their order. */
export function readOptions(path: string, typeName: string): readonly DocumentedOption[] {
  const file = ts.createSourceFile(path, readFileSync(ROOT + path, 'utf8'), ts.ScriptTarget.Latest, true);
  const members = file.statements.flatMap((statement) => {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === typeName) return [...statement.members];
    if (!ts.isTypeAliasDeclaration(statement) || statement.name.text !== typeName) return [];
    const parts = ts.isIntersectionTypeNode(statement.type) ? statement.type.types : [];
    return parts.flatMap((part) => (ts.isTypeLiteralNode(part) ? [...part.members] : []));
  });
  const options = members.flatMap((member) => (ts.isPropertySignature(member) ? [readOption(member, file)] : []));
  if (options.length === 0) throw new Error(`${path} has no options of the name ${typeName}.`);
  // Those of type `never` keep two ways of calling apart, and are no options.
  return options.filter(({ type }) => type !== 'never');
}

function readOption(member: ts.PropertySignature, file: ts.SourceFile): DocumentedOption {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const meaning = comments
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  return {
    name: member.name.getText(file),
    type: (member.type?.getText(file) ?? 'unknown').replaceAll(/\s+/g, ' '),
    isRequired: member.questionToken === undefined,
    meaning,
    fallback: readFallback(meaning),
  };
}

/** `default 1,000.`, `Default: none;`, `` `when-safe` (default) ``. */
function readFallback(meaning: string): string | null {
  const marked = /(`[^`]+`) \(default\)/.exec(meaning)?.[1];
  // What is in backticks counts as one; else it ends with the part of the sentence.
  return marked ?? /(?:^|[.;,] )[Dd]efault:? ((?:`[^`]*`|[^`.;:,]|[.;:,](?=\S))+)/.exec(meaning)?.[1]?.trim() ?? null;
}
