import { readFileSync } from "node:fs";
import { CressetError } from "@cresset/core/functions";
import { Command, CommanderError } from "commander";
import { devicesCommand } from "./commands/devices.ts";
import { infoCommand } from "./commands/info.ts";
import { predictCommand } from "./commands/predict.ts";
import { trainCommand } from "./commands/train-command.ts";
import { printLine, type Streams } from "./output/streams.ts";

/**
 * Runs the command line.
 *
 * @param args what follows the command's name: `["train", "data.csv", "--target", "label"]`.
 * @param streams where it writes; default: this process's.
 * @returns the exit status: 0; 1 for bad input or usage, said in one line on stderr; 130 after an interrupt.
 */
export async function main(args: readonly string[], streams: Streams = process): Promise<number> {
  const { stdout, stderr } = streams;
  const state = { status: 0 };
  const program = new Command("cresset")
    .version(version())
    .description("Trains a classifier on your own table, and uses it.")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) =>
        write(
          `cresset: ${text
            .trim()
            .replaceAll(/\s*\n\s*/g, " ")
            .replace(/^error: /, "")}\n`,
        ),
    })
    .exitOverride();
  for (const add of [trainCommand, predictCommand, infoCommand, devicesCommand]) add(program, streams, state);
  try {
    await program.parseAsync([...args], { from: "user" });
    return state.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!isBadInput(error)) throw error;
    printLine(stderr, `cresset: ${error.message.replaceAll(/\s+/g, " ")}`);
    return 1;
  }
}

/** This package's version; sources and what is built of them lie one folder below its manifest. */
function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

/** What the user can do something about; anything else is a mistake in here, and shows where. */
function isBadInput(error: unknown): error is Error {
  return error instanceof CressetError || (error instanceof Error && "syscall" in error);
}
