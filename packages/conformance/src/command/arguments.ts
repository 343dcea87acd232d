import type { BackendOptions } from "../backends.ts";

export const runtimes = ["node", "chromium", "deno"] as const;

export type Runtime = (typeof runtimes)[number];

export interface CommandArguments {
  /** A built-in backend's name or the path of a module. */
  readonly backend: string;
  readonly options: BackendOptions;
  readonly runtime: Runtime;
  readonly data?: string;
  /** A folder of files to read instead of running cases. */
  readonly files?: string;
  /** Whether to try the operations of the catalogue instead of running recorded cases. */
  readonly catalogue: boolean;
  readonly areas: readonly string[];
  readonly cases: readonly string[];
  readonly json?: string;
}

/** A mistake in the arguments: one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage =
  "--backend NAME [--option key=value …] [--runtime node|chromium|deno] [--data DIR] [--area AREA …] [--case GLOB …] [--json FILE], " +
  "or --catalogue --backend NAME [--case GLOB …] [--json FILE], " +
  "or --files DIR [--backend NAME] [--case GLOB …] [--json FILE]";

/**
 * Reads the arguments of the command. Lists may be given as one flag with several values or as the flag repeated.
 *
 * @throws UsageError for anything unknown or incomplete.
 */
export function parseArguments(args: readonly string[]): CommandArguments {
  const values = collect(args.filter((arg) => arg !== "--catalogue"));
  const files = single(values, "--files");
  const catalogue = args.includes("--catalogue");
  // Which backend holds what was read makes no difference to the readers.
  const backend = single(values, "--backend") ?? (files === undefined ? undefined : "cpu");
  if (backend === undefined) throw new UsageError(`no --backend given; use ${usage}`);
  const runtime = single(values, "--runtime") ?? "node";
  if (!isRuntime(runtime)) throw new UsageError(`unknown runtime "${runtime}"; there are ${runtimes.join(", ")}`);
  if (files !== undefined && runtime === "chromium") throw new UsageError("--files cannot be read in chromium");
  if (catalogue && runtime === "chromium") throw new UsageError("--catalogue cannot be run in chromium");
  return {
    backend,
    options: Object.fromEntries((values.get("--option") ?? []).map(option)),
    runtime,
    data: single(values, "--data"),
    files,
    catalogue,
    areas: values.get("--area") ?? [],
    cases: values.get("--case") ?? [],
    json: single(values, "--json"),
  };
}

const flags = new Set(["--backend", "--option", "--runtime", "--data", "--files", "--area", "--case", "--json"]);

function collect(args: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  let current: string[] | undefined;
  let flag = "";
  const finish = () => {
    if (current?.length === 0) throw new UsageError(`${flag} needs a value`);
  };
  for (const arg of args) {
    if (arg.startsWith("--")) {
      finish();
      const [name, ...rest] = arg.split("=");
      if (!flags.has(name)) throw new UsageError(`unknown argument ${arg}; use ${usage}`);
      flag = name;
      current = values.get(name) ?? [];
      values.set(name, current);
      if (rest.length > 0) current.push(rest.join("="));
    } else if (current === undefined) throw new UsageError(`unexpected argument "${arg}"; use ${usage}`);
    else current.push(arg);
  }
  finish();
  return values;
}

function single(values: ReadonlyMap<string, readonly string[]>, flag: string): string | undefined {
  const given = values.get(flag);
  if (given !== undefined && given.length > 1)
    throw new UsageError(`${flag} is given ${given.length} values: ${given.join(", ")}`);
  return given?.[0];
}

function isRuntime(name: string): name is Runtime {
  return (runtimes as readonly string[]).includes(name);
}

function option(text: string): [string, string | number | boolean] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`--option takes key=value, got "${text}"`);
  const value = text.slice(at + 1);
  if (value === "true" || value === "false") return [text.slice(0, at), value === "true"];
  return [text.slice(0, at), value !== "" && Number.isFinite(Number(value)) ? Number(value) : value];
}
