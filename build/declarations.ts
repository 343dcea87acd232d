import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a package's declarations into `dist/`, file by file, unlike the code: what a module adds to an interface of another
 * one (`tensor/methods.ts` to `Tensor`) would not survive being bundled.
 */
export function writeDeclarations(files: readonly string[]): void {
  const project = join("dist", ".declarations.json");
  const config = {
    extends: "../../../tsconfig.base.json",
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: "../src",
      outDir: ".",
      // Types of other packages come from their built declarations, not from their sources.
      customConditions: [],
    },
    files: files.map((file) => `../${file}`),
  };
  writeFileSync(project, JSON.stringify(config));
  const compiler = join("..", "..", "node_modules", "@typescript", "native", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [compiler, "--project", project], { stdio: "inherit" });
  rmSync(project);
  if (status !== 0) throw new Error("the declarations could not be written");
  for (const name of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join("dist", name);
    // The specifiers name the sources; a published declaration names the JavaScript that it stands for.
    writeFileSync(file, readFileSync(file, "utf8").replace(/(["'])(\.\.?\/[^"']*)\.ts\1/g, "$1$2.js$1"));
  }
}
