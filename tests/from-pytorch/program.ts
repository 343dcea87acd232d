/** The TypeScript side of docs/from-pytorch.md as one program, which writes the outcomes of its rows to stdout. */
import type { Page } from "./page.ts";

const statement = /^(?:const|let|for|if|class|await using|function|try)\b|^[\w.[\]]+ [-+*/]?= /;

/** The body of a function that gives the last expression's value. */
function bodyOf(code: string): string {
  const lines = code.split(/\n|;\s+/);
  const last = lines.pop() ?? "";
  return [...lines.map((line) => `${line};`), statement.test(last) ? `${last};` : `return ${last};`].join("\n");
}

/** The imports of a program, and the rest. */
function splitImports(code: string): [imports: string, rest: string] {
  const lines = code.split("\n");
  const isImport = (line: string): boolean => line.startsWith("import ");
  return [lines.filter(isImport).join("\n"), lines.filter((line) => !isImport(line)).join("\n")];
}

export function programOf({ prelude, rows }: Page): string {
  const [imports, setup] = splitImports(prelude.typescript);
  const functions = rows.map(
    ({ line, typescript }) => `// line ${line}\nasync () => {\n${setup}\n${bodyOf(typescript)}\n},`,
  );
  return `import { report } from "../from-pytorch/report.ts";\n${imports}\n\nawait report([\n${functions.join("\n")}\n]);\n`;
}
