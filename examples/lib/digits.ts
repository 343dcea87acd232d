import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";

/** Images of 8 × 8 pixels from 0 to 16, row by row, with the digits that they show. */
export interface Digits {
  readonly images: number[][];
  readonly labels: number[];
}

/** Reads data/digits.csv.gz: 64 pixels and a label in each line (see data/digits.md). */
export async function readDigits(): Promise<Digits> {
  const file = createReadStream(new URL("../data/digits.csv.gz", import.meta.url));
  const images: number[][] = [];
  const labels: number[] = [];
  for await (const row of file.pipe(createGunzip()).pipe(parse())) {
    const numbers = (row as string[]).map(Number);
    images.push(numbers.slice(0, 64));
    labels.push(numbers[64]);
  }
  return { images, labels };
}

/** An image as text, two characters for a pixel. */
export function drawImage(rows: number[][]): string {
  const shades = [" ", "░", "▒", "▓", "█"];
  return rows.map((row) => row.map((pixel) => shades[Math.round(pixel / 4)].repeat(2)).join("")).join("\n");
}
