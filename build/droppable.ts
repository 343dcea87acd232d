import { readFile } from "node:fs/promises";
import type { Options } from "tsup";
import ts from "typescript";
import { referToNamespaces } from "./namespaces.ts";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * Lets bundlers leave out what a program does not use. A package is published as few files, and at the top of its modules
 * stand hundreds of declarations like `const exp = operation("exp", …)`. A bundler must assume that such a call does
 * something besides giving a value, and keeps it with all that it refers to. In this repository it never does: **what
 * initialises a constant of a module has no side effects**. This writes so into the code, as `@__PURE__` annotations, which
 * esbuild, Rollup, Vite, webpack and terser understand.
 */
export const droppableDeclarations = (prepare: (text: string, path: string) => string): Plugin => ({
  name: "droppable-declarations",
  setup(build) {
    build.onLoad({ filter: /\.ts$/, namespace: "file" }, async ({ path }) => {
      if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
      return { contents: annotate(referToNamespaces(prepare(await readFile(path, "utf8"), path))), loader: "ts" };
    });
  },
});

const annotation = "/* @__PURE__ */ ";

/** The text of a module with its constants' initialisers annotated. */
export function annotate(text: string): string {
  const file = ts.createSourceFile("module.ts", text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  const insertions: [number, string][] = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { initializer } of statement.declarationList.declarations) {
      if (initializer === undefined) continue;
      const calls = callsOf(initializer);
      if (calls !== null) insertions.push(...calls.map((call): [number, string] => [call.getStart(file), annotation]));
      else if (!awaits(initializer))
        insertions.push([initializer.getStart(file), `${annotation}(() => (`], [initializer.getEnd(), "))()"]);
    }
  }
  let result = "";
  let at = 0;
  for (const [place, inserted] of insertions.sort(([a], [b]) => a - b)) {
    result += text.slice(at, place) + inserted;
    at = place;
  }
  return result + text.slice(at);
}

/**
 * The calls that keep an expression from being dropped, unless they are annotated; null if something else may keep it too,
 * such as a property that could be a getter, or an operator that could call `valueOf`.
 */
function callsOf(node: ts.Expression): readonly ts.Expression[] | null {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return callsOf(node.expression);
  if (
    ts.isIdentifier(node) ||
    ts.isLiteralExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword ||
    node.kind === ts.SyntaxKind.NullKeyword
  )
    return [];
  if (ts.isPrefixUnaryExpression(node)) return ts.isNumericLiteral(node.operand) ? [] : null;
  if (ts.isPropertyAccessExpression(node)) return node.expression.getText() === "Math" ? [] : null;
  if (ts.isArrayLiteralExpression(node)) return all(node.elements.map(callsOf));
  if (ts.isObjectLiteralExpression(node)) return all(node.properties.map(callsOfProperty));
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const { expression } = node;
    const named =
      ts.isIdentifier(expression) ||
      (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression));
    return named ? all([[node], ...(node.arguments ?? []).map(callsOf)]) : null;
  }
  return null;
}

function callsOfProperty(property: ts.ObjectLiteralElementLike): readonly ts.Expression[] | null {
  if (property.name !== undefined && ts.isComputedPropertyName(property.name)) return null;
  if (ts.isPropertyAssignment(property)) return callsOf(property.initializer);
  return ts.isSpreadAssignment(property) ? null : [];
}

function all(lists: readonly (readonly ts.Expression[] | null)[]): readonly ts.Expression[] | null {
  return lists.some((list) => list === null) ? null : lists.flatMap((list) => list ?? []);
}

/** Whether an expression awaits something itself, so that it cannot be moved into a function. */
function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  return !ts.isFunctionLike(node) && (ts.forEachChild(node, awaits) ?? false);
}
