/** Texts in pages, before hyparquet believes how long they are. */
import type { Content } from "../compression/content.ts";
import { FormatError } from "../errors.ts";
import { readDifferences } from "./runs.ts";

const tooMany = (): FormatError =>
  new FormatError("the Parquet file is damaged: a page has not as many values as it says");

/** A number of four bytes. */
export const uint32 = (content: Content): number =>
  content.next() + content.next() * 2 ** 8 + content.next() * 2 ** 16 + content.next() * 2 ** 24;

/** Passes over texts, each after its length. */
export function forEachText(content: Content, count: number): void {
  for (let i = 0; i < count; i++) {
    if (content.left < 4) throw tooMany();
    const length = uint32(content);
    if (length > content.left) throw tooMany();
    content.skip(length);
  }
}

/** @throws FormatError for texts, whose lengths are first, that are longer than what follows. */
export function requireTexts(content: Content, count: number): void {
  let sum = 0;
  readDifferences(content, count, (value) => {
    const length = Number(BigInt.asIntN(32, value));
    if (length < 0) throw tooMany();
    sum += length;
  });
  if (sum > content.left) throw tooMany();
}
