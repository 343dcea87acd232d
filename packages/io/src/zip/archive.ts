import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import { readDirectory, type ZipEntry } from "./directory.ts";
import { readRecord, readRecordStart, trustedRatio, verifyRecord } from "./record.ts";

/** A zip file, of which only the directory is read: records are when they are asked for. */
export class ZipArchive {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #verified = new Set<string>();

  private constructor(source: ByteSource, entries: readonly ZipEntry[]) {
    this.#source = source;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** @throws FormatError for what is no zip file, or a damaged one. */
  static async open(source: ByteSource): Promise<ZipArchive> {
    return new ZipArchive(source, await readDirectory(source));
  }

  /** Names of all records, in the order of the directory. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** A record's place and sizes, or undefined if there is none of that name. */
  entry(name: string): ZipEntry | undefined {
    return this.#entries.get(name);
  }

  /** A record's content, unpacked and checked. @throws FormatError if it is missing or damaged. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return readRecord(this.#source, this.#required(name), this.#verified.has(name));
  }

  /**
   * Unpacks and checks records without keeping them, if together they are much larger than the file: so that one that is
   * damaged is found before memory is taken for others.
   *
   * @throws FormatError if one is missing or damaged.
   */
  async verify(names: readonly string[]): Promise<void> {
    const entries = names.map((name) => this.#required(name));
    if (entries.reduce((sum, { size }) => sum + size, 0) <= trustedRatio * this.#source.size) return;
    for (const entry of entries) {
      await verifyRecord(this.#source, entry);
      this.#verified.add(entry.name);
    }
  }

  /** The first bytes of a record's content, or all of it; unpacked, but not checked. */
  readStart(name: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return readRecordStart(this.#source, this.#required(name), length);
  }

  #required(name: string): ZipEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new FormatError(`the zip file has no record "${name}"`);
    return entry;
  }
}
