// Makes a large table: 100,000 rows of 30 columns and a label, a third each numbers of both signs, fractions (some with -99 and
// -1 for "no value") and counts. As a program it writes the table to a file, for record-losses.py:
// node --conditions=@cresset/source packages/cli/src/testing/large-table.ts FILE
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Generator } from "@cresset/core/functions";

export const largeTable = { rows: 100_000, columns: 30, seed: 20_260_101 };

/** The lines of the table, some thousands at a time. */
export function* largeTableText(rows: number = largeTable.rows): globalThis.Generator<string> {
  const generator = new Generator(largeTable.seed);
  const names = Array.from({ length: largeTable.columns }, (_, i) => `${["z", "rate", "count"][i % 3]}${i + 1}`);
  let text = `${names.join(",")},label\n`;
  for (let row = 0; row < rows; row++) {
    // How much a row is of class 1 shows a little in every column.
    const lean = generator.standardNormal();
    const liking = 1 / (1 + Math.exp(-lean));
    for (let i = 0; i < largeTable.columns; i++) text += `${cell(generator, i, lean, liking)},`;
    text += generator.uniform24() < liking ? "1\n" : "0\n";
    if (row % 2000 === 1999) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function cell(generator: Generator, column: number, lean: number, liking: number): string {
  const u = generator.uniform24();
  if (column % 3 === 0) return (0.2 * lean + 4 * u - 2).toFixed(4);
  if (column % 3 === 1) {
    // Two of these columns have values that stand for none.
    if (column < 6 && u < 0.1) return column === 1 ? "-99" : "-1";
    return (0.7 * u + 0.3 * liking).toFixed(4);
  }
  return String(Math.floor(-30 * liking * Math.log(1 - u)));
}

if (import.meta.main === true) {
  const [file] = process.argv.slice(2);
  await pipeline(Readable.from(largeTableText()), createWriteStream(file));
}
