import { constants, createReadStream } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CressetError } from "@cresset/core/functions";
import { type Csv, type CsvSource, rowsOfValues, type TableValues } from "@cresset/tabular";

/** Something that was asked for cannot be done; the message says what, in one line. */
export class CommandError extends CressetError {
  override readonly name: string = "CommandError";
}

/** What opens tables that are no text, by the endings of their names. */
const tableFormats: readonly { readonly ending: RegExp; readonly open: (file: string) => Promise<TableValues> }[] = [
  { ending: /\.parquet$/i, open: async (file) => (await import("@cresset/io/parquet")).openParquetValues(file) },
  { ending: /\.(?:arrow|feather|ipc)$/i, open: async (file) => (await arrow()).openArrowValues(file) },
];

async function arrow(): Promise<typeof import("@cresset/io/arrow")> {
  try {
    return await import("@cresset/io/arrow");
  } catch (cause) {
    throw new CommandError(
      "Arrow and Feather files need the package apache-arrow beside this command: npm install apache-arrow",
      { cause },
    );
  }
}

/**
 * Opens a table: a Parquet, Arrow or Feather file by the ending of its name, or else text in CSV.
 *
 * @throws CommandError for what is no file, FormatError for a file of another format.
 */
export async function openTable(file: string): Promise<CsvSource | Csv> {
  await requireFile(file);
  const format = tableFormats.find(({ ending }) => ending.test(file));
  return format === undefined ? createReadStream(file) : rowsOfValues(await format.open(file));
}

/** @throws CommandError for what is no file, or may not be read. */
export async function requireFile(file: string): Promise<void> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) throw new CommandError(`${file}: there is no such file`);
  if (stats.isDirectory()) throw new CommandError(`${file}: this is a directory, not a file`);
  await access(file, constants.R_OK).catch(() => {
    throw new CommandError(`${file}: the file may not be read`);
  });
}

/**
 * Before work begins that would be lost.
 *
 * @param inputs files that must not be overwritten.
 * @throws CommandError where a file could not be written, or is one of the inputs.
 */
export async function requireWritable(file: string, ...inputs: readonly string[]): Promise<void> {
  const place = await realpath(file).catch(() => null);
  for (const input of inputs)
    if (place !== null && place === (await realpath(input).catch(() => null)))
      throw new CommandError(`${file}: --out names the file that is read`);
  const [stats, folder] = await Promise.all([stat(file).catch(() => null), stat(dirname(file)).catch(() => null)]);
  if (stats !== null && !stats.isFile()) throw new CommandError(`${file}: this is no file that could be written`);
  if (folder === null || !folder.isDirectory()) throw new CommandError(`${file}: there is no folder ${dirname(file)}`);
  await access(dirname(file), constants.W_OK).catch(() => {
    throw new CommandError(`${file}: the folder ${dirname(file)} may not be written to`);
  });
}

/** Runs what reads a file, with the file's name before what is wrong with it. */
export async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CressetError) || error instanceof CommandError) throw error;
    const message = error.message.startsWith(`${file}: `) ? error.message : `${file}: ${error.message}`;
    throw new CommandError(message, { cause: error });
  }
}
