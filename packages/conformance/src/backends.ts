import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { webgpu } from "@cresset/backend-webgpu";
import type { Backend } from "@cresset/core/backend";
import webgpuExceptions from "./exceptions/webgpu.json" with { type: "json" };
import type { Exception } from "./exceptions.ts";

/** Options of a backend as given on the command line. */
export type BackendOptions = Readonly<Record<string, string | number | boolean>>;

export interface BackendUnderTest {
  create(options: BackendOptions): Backend | Promise<Backend>;
  readonly exceptions: readonly Exception[];
}

/** Backends that are tested by name. */
export const builtInBackends: Readonly<Record<string, BackendUnderTest | undefined>> = {
  cpu: { create: (options) => cpu(options), exceptions: [] },
  wasm: { create: (options) => wasm(options), exceptions: [] },
  webgpu: { create: (options) => webgpu(options), exceptions: webgpuExceptions as readonly Exception[] },
};

/**
 * A third party's backend from what its module exports: `default` or `backend`, a backend or a function of options that
 * gives one, and `exceptions`, a list, if it has any.
 *
 * @throws Error saying what the module lacks.
 */
export function backendOfModule(exports: Readonly<Record<string, unknown>>, where: string): BackendUnderTest {
  const found = exports.default ?? exports.backend;
  if (found === undefined) throw new Error(`${where} exports neither "default" nor "backend"`);
  const exceptions = (exports.exceptions ?? []) as readonly Exception[];
  if (!Array.isArray(exceptions)) throw new Error(`"exceptions" of ${where} is not a list`);
  return {
    exceptions,
    create: async (options) => {
      const backend: unknown = typeof found === "function" ? await found(options) : found;
      if (!isBackend(backend))
        throw new Error(`${where} does not give a backend: "name", "compile" or "run" is missing`);
      return backend;
    },
  };
}

function isBackend(x: unknown): x is Backend {
  if (typeof x !== "object" || x === null) return false;
  const { name, compile, run } = x as Record<string, unknown>;
  return typeof name === "string" && typeof compile === "function" && typeof run === "function";
}
