import ts from 'typescript';
import { projectFiles, read } from '../house/files.js';

/** Stands in a text for what is put in when the program runs. */
export const HOLE = '\u0000';

/** The texts that a source file can say, each as one: strings that are joined are joined. */
export function textsIn(source: string): string[] {
  const found: string[] = [];
  const flat = (node: ts.Node): string => {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateExpression(node))
      return node.head.text + node.templateSpans.map((span) => HOLE + span.literal.text).join('');
    if (ts.isParenthesizedExpression(node)) return flat(node.expression);
    if (isJoin(node)) return flat(node.left) + flat(node.right);
    return HOLE;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || isJoin(node)) found.push(flat(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', source, ts.ScriptTarget.ESNext));
  return found;
}

function isJoin(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** Every text of src/. */
export function sourceTexts(): string[] {
  const files = (projectFiles() ?? []).filter((file) => /^src\/.*\.ts$/.test(file));
  return files.flatMap((file) => textsIn(read(file)));
}
