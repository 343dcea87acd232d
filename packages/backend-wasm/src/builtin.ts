interface NodeLike {
  getBuiltinModule?(name: string): unknown;
}

/** A module of Node, Deno or Bun; undefined elsewhere. */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: NodeLike };
  return process?.getBuiltinModule?.(name) as T | undefined;
}
