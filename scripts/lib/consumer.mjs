// A user's project, outside the repository: installs tarballs with npm and runs programs there.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examineBundles } from "./bundle.mjs";
import { fail, npm, root, runQuietly, workspaceNode } from "./workspace.mjs";

const programs = join(root, "scripts", "packages");

/** Makes an empty project whose Cresset packages, direct or not, come from `tarballs` (name to path). */
export function createConsumer(folder, tarballs) {
  const direct = [];
  const manifestFile = join(folder, "package.json");
  mkdirSync(folder);
  writeFileSync(manifestFile, JSON.stringify({ name: "user", version: "1.0.0", private: true, type: "module" }));

  /** Installs packages by name, as `npm install` of the published ones would. */
  function install(names) {
    direct.push(...names);
    // Dependencies of the packages that the user did not ask for must be the packed ones too, not the registry's.
    const indirect = [...tarballs].filter(([name]) => !direct.includes(name));
    const overrides = Object.fromEntries(indirect.map(([name, tarball]) => [name, `file:${tarball}`]));
    const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
    writeFileSync(manifestFile, JSON.stringify({ ...manifest, overrides }, null, 2));
    const files = names.map((name) => `file:${tarballs.get(name) ?? fail(`${name} was not packed.`)}`);
    runQuietly(npm, ["install", "--no-audit", "--no-fund", "--prefer-offline", ...files], {
      cwd: folder,
      env: userEnvironment(),
    });
    console.log(`✓ npm install ${names.join(" ")}`);
  }

  /** Fails unless exactly these Cresset packages are installed, each once. */
  function expectPackages(names) {
    const found = findPackages(join(folder, "node_modules")).sort();
    const wanted = [...names].sort();
    if (found.join() !== wanted.join())
      fail(`Expected ${wanted.join(", ")} to be installed; found ${found.join(", ")}.`);
  }

  /**
   * Runs a program on each runtime: as ES module, through require() and as TypeScript, as far as there are such files. Each
   * must print what `NAME.txt` says, and end by itself.
   */
  function runProgram(name, runtimes) {
    const expected = readFileSync(join(programs, `${name}.txt`), "utf8");
    for (const extension of ["mjs", "cjs", "ts"]) {
      const file = `${name}.${extension}`;
      if (!existsSync(join(programs, file))) continue;
      cpSync(join(programs, file), join(folder, file));
      const able = runtimes.filter(
        ({ requiresModules, stripsTypes }) =>
          (extension !== "cjs" || requiresModules) && (extension !== "ts" || stripsTypes),
      );
      for (const { name: where, command } of able) {
        const [program, ...args] = command;
        const printed = runQuietly(program, [...args, file], { cwd: folder, env: userEnvironment(), timeout: 120_000 });
        if (printed !== expected) fail(`${file} on ${where} printed\n${printed}\ninstead of\n${expected}`);
      }
      console.log(`  ✓ ${file} runs on ${able.map(({ name: where }) => where).join(", ")}`);
    }
  }

  /**
   * Runs the lines of `NAME.commands`, each a command of an installed package with its arguments, in a fresh folder for each
   * runtime, where the files of the folder `NAME` are. Together they must print what `NAME.txt` says, times aside.
   */
  function runCommands(name, runtimes) {
    const withoutTimes = (text) => text.replaceAll(/ +\d[\d.]*( [kMG])? rows\/s| in \d[\d.]* s$/gm, "");
    const expected = readFileSync(join(programs, `${name}.txt`), "utf8");
    const lines = readFileSync(join(programs, `${name}.commands`), "utf8")
      .trim()
      .split("\n");
    for (const [i, { name: where, command }] of runtimes.entries()) {
      const work = join(folder, `${name}-${i}`);
      cpSync(join(programs, name), work, { recursive: true });
      const printed = lines.map((line) => {
        const [bin, ...given] = line.split(" ");
        const [program, ...args] = command;
        const file = realpathSync(join(folder, "node_modules", ".bin", bin));
        return runQuietly(program, [...args, file, ...given], { cwd: work, env: userEnvironment(), timeout: 120_000 });
      });
      const text = withoutTimes(printed.join(""));
      if (text !== expected) fail(`${name}.commands on ${where} printed\n${text}\ninstead of\n${expected}`);
    }
    console.log(`  ✓ ${name}.commands run on ${runtimes.map(({ name: where }) => where).join(", ")}`);
  }

  /** Bundles a program that runProgram brought here, and runs the bundles. */
  function bundleProgram(name, bundlers) {
    examineBundles(bundlers, folder, name, join(programs, `${name}.txt`));
  }

  /** Checks the types of a program with the module resolution of bundlers and of Node. */
  function checkTypes(name) {
    const shared = {
      target: "es2022",
      lib: ["es2023", "esnext.disposable", "dom"],
      types: [],
      strict: true,
      noEmit: true,
    };
    const variants = { bundler: { module: "esnext" }, nodenext: { module: "nodenext" } };
    for (const [moduleResolution, { module }] of Object.entries(variants)) {
      const config = {
        compilerOptions: { ...shared, module, moduleResolution, skipLibCheck: false },
        files: [`${name}.ts`],
      };
      const project = join(folder, `tsconfig.${moduleResolution}.json`);
      writeFileSync(project, JSON.stringify(config));
      // TypeScript 7, and 6 for those who have not moved yet.
      for (const compiler of ["@typescript/native/bin/tsc", "typescript/bin/tsc6"]) {
        runQuietly(workspaceNode(), [join(root, "node_modules", compiler), "--project", project], { cwd: folder });
      }
      console.log(`  ✓ ${name}.ts type-checks with moduleResolution ${moduleResolution}`);
    }
  }

  return { install, expectPackages, runProgram, runCommands, bundleProgram, checkTypes };
}

/** The environment without what npm and the workspace put there: a user's shell. */
function userEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$)/i.test(name));
  return Object.fromEntries(kept);
}

/** Names of the Cresset packages under a `node_modules` folder, with nested ones. */
function findPackages(modules) {
  if (!existsSync(modules)) return [];
  const scoped = (scope) => readdirSync(join(modules, scope)).map((name) => `${scope}/${name}`);
  return readdirSync(modules)
    .flatMap((name) => (name.startsWith("@") ? scoped(name) : [name]))
    .flatMap((name) => {
      const own = name === "cresset" || name.startsWith("@cresset/") ? [name] : [];
      return [...own, ...findPackages(join(modules, name, "node_modules"))];
    });
}
