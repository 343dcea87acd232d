/** A WGSL function or constant that kernels call by name, and the names that it uses itself. */
export interface WgslFunction {
  readonly text: string;
  readonly uses: readonly string[];
}

export type Library = Readonly<Record<string, WgslFunction>>;

const word = /[A-Za-z_]\w*/g;

/**
 * Named WGSL declarations from one text: declarations are separated by empty lines, and each may use any of `others` and of
 * its own text. What a declaration uses is found by its words.
 */
export function library(text: string, others: readonly Library[] = []): Library {
  const declarations = text
    .trim()
    .split(/\n\s*\n/)
    .map((declaration) => declaration.trim());
  const named = declarations.map((declaration) => {
    const name = /(?:fn|const|struct)\s+(\w+)/.exec(declaration)?.[1];
    if (name === undefined) throw new Error(`no declaration: ${declaration}`);
    return { name, declaration };
  });
  const known = new Set([...named.map(({ name }) => name), ...others.flatMap((other) => Object.keys(other))]);
  const result: Record<string, WgslFunction> = Object.assign({}, ...others);
  for (const { name, declaration } of named) {
    const words = new Set(declaration.replace(/\/\/.*$/gm, "").match(word));
    result[name] = { text: declaration, uses: [...words].filter((w) => w !== name && known.has(w)) };
  }
  return result;
}

/** The texts of `names` and of everything they use, each once, in the order of the library. */
export function declarationsOf(names: Iterable<string>, from: Library): string[] {
  const needed = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const found = from[name];
    if (found === undefined) throw new Error(`webgpu: no function ${name}`);
    pending.push(...found.uses);
  }
  return Object.keys(from)
    .filter((name) => needed.has(name))
    .map((name) => from[name].text);
}
