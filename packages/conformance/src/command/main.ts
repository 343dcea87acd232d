import { CressetError } from "cresset";
import { parseArguments } from "./arguments.ts";

/**
 * The command: reads arguments, runs, prints.
 *
 * @returns the exit status. A mistake in the arguments, missing data and a backend that does not start give one line and 2.
 */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.runtime === "chromium") {
      const { runInChromium } = await import("./chromium.ts");
      return await runInChromium(parsed, print);
    }
    if (parsed.runtime === "deno") {
      const { inDeno, runInDeno } = await import("./deno.ts");
      if (!inDeno()) return await runInDeno(args);
    }
    if (parsed.files !== undefined) {
      const { runFilesHere } = await import("./files.ts");
      return await runFilesHere(parsed, parsed.files, print);
    }
    if (parsed.catalogue) {
      const { runCatalogueHere } = await import("./catalogue.ts");
      return await runCatalogueHere(parsed, print);
    }
    const { runHere } = await import("./node.ts");
    return await runHere(parsed, print);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(`conformance: ${error instanceof CressetError ? `${error.name}: ` : ""}${error.message.split("\n")[0]}`);
    return 2;
  }
}
