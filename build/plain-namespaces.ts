/** A namespace as esbuild writes it into the file that holds its module. */
const table = /^__export\((\w+), \{\n((?: {2}[\w$"]+: \(\) => [\w$]+,?\n)*)\}\);\n/gm;

/**
 * A bundled namespace has a getter for each export, so that it may be used before the module's code has run: functions to
 * parse and to make while a package loads, and to call at each use. No module here does that, or exports what changes; so
 * namespaces become plain objects, filled where the code ends. Lines stay what they were, for the source map.
 *
 * @param code a file from esbuild, not minified.
 */
export function plainNamespaces(code: string): string {
  let filled = "";
  const rest = code.replaceAll(table, (text: string, name: string, entries: string) => {
    filled += `Object.assign(${name}, {\n${entries.replaceAll(": () => ", ": ")}});\n`;
    return "\n".repeat(text.split("\n").length - 1);
  });
  const end = rest.search(/\nexport \{[^}]*\};\s*(?:\/\/[^\n]*\s*)?$/) + 1;
  if (filled !== "" && end === 0) throw new Error("a file with namespaces ends without exports");
  return rest.slice(0, end) + filled + rest.slice(end);
}
