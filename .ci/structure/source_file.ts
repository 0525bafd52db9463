import ts from "typescript";

/** An import as it stands in a file. */
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: no module is loaded because of it. */
  readonly typeOnly: boolean;
}

/** A function of any kind, with the lines from its head to its closing brace. */
export interface FunctionSite {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** All that the checks look at in one source file. */
export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly ImportSite[];
  readonly functions: readonly FunctionSite[];
}

/** Parses `text`; a file that is not TypeScript has neither imports nor functions. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (!/\.tsx?$/.test(path)) return { path, text, lines, imports: [], functions: [] };
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: ImportSite[] = [];
  const functions: FunctionSite[] = [];
  const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    const line = lineOf(node.getStart(tree));
    const imported = importOf(node);
    if (imported !== null) imports.push({ ...imported, line });
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      functions.push({ name: functionName(node), line, lines: lineOf(node.getEnd()) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, text, lines, imports, functions };
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | null {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return imported(node.moduleSpecifier, typeOnly);
  }
  if (ts.isExportDeclaration(node)) return imported(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return imported(node.arguments[0], false);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return imported(node.argument.literal, true);
  }
  return null;
}

function imported(specifier: ts.Node | undefined, typeOnly: boolean) {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return null;
  return { specifier: specifier.text, typeOnly };
}

/** The name by which people find the function: its own, its variable's, or its test's. */
function functionName(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  if (named !== undefined) return named.getText();
  const first = ts.isCallExpression(node.parent) ? node.parent.arguments[0] : undefined;
  return first !== undefined && ts.isStringLiteralLike(first) ? `"${first.text}"` : "(anonymous)";
}
