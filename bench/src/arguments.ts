/** The command line: `[--only NAME …] [--json FILE]`. */

export interface Arguments {
  /** Works to run; empty: all. */
  readonly works: readonly string[];
  /** Contenders that take part; empty: all. */
  readonly contenders: readonly string[];
  readonly json: string | null;
  readonly help: boolean;
}

export interface Names {
  readonly works: readonly string[];
  readonly contenders: readonly string[];
}

export class ArgumentError extends Error {}

export const usage = `npm run bench -- [--only NAME …] [--json FILE]

  --only NAME …  run some works, take some contenders, or both; "matmul" stands for all works whose names begin so
  --json FILE    write what was measured, as a list of { work, contender, threads, medianSeconds, minSeconds }`;

/** @throws ArgumentError naming the argument and what there is. */
export function parseArguments(args: readonly string[], names: Names): Arguments {
  const works = new Set<string>();
  const contenders = new Set<string>();
  let json: string | null = null;
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    if (argument === "--only") {
      const first = i + 1;
      while (i + 1 < args.length && !args[i + 1].startsWith("--")) {
        i++;
        choose(args[i], names, works, contenders);
      }
      if (i < first) throw new ArgumentError(`--only needs at least one name.\n\n${listing(names)}`);
    } else if (argument === "--json") {
      i++;
      if (i >= args.length || args[i].startsWith("--")) throw new ArgumentError("--json needs the name of a file.");
      json = args[i];
    } else if (argument === "--help" || argument === "-h") {
      help = true;
    } else {
      throw new ArgumentError(`Unknown argument ${argument}.\n\n${usage}`);
    }
  }
  return { works: [...works], contenders: [...contenders], json, help };
}

function choose(name: string, names: Names, works: Set<string>, contenders: Set<string>): void {
  if (names.contenders.includes(name)) {
    contenders.add(name);
    return;
  }
  const meant = names.works.includes(name) ? [name] : names.works.filter((work) => work.startsWith(`${name}-`));
  if (meant.length === 0) throw new ArgumentError(`There is no work and no contender ${name}.\n\n${listing(names)}`);
  for (const work of meant) works.add(work);
}

export function listing({ works, contenders }: Names): string {
  return `Works: ${works.join(", ")}.\nContenders: ${contenders.join(", ")}.`;
}
