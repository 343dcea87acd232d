import { RecentMap } from "../backend/recent-map.ts";
import type { Compiled } from "../compiler/compile.ts";
import { listOf } from "../graph/lists.ts";

/** A structure that was compiled, and the interior values that turned out to be needed again. */
export class CacheEntry {
  readonly key: Int32Array;
  readonly length: number;
  compiled: Compiled | null = null;
  /** Positions (node and output) that became outputs because they were recomputed. */
  readonly learned: number[] = [];
  /** How many of `learned` the compiled program knows. */
  known = 0;
  /** How often it was asked for, if it is large. */
  sightings = 0;

  constructor(key: Int32Array, length: number) {
    this.key = key.slice(0, length);
    this.length = length;
  }
}

/** What compiles in a moment is not worth a thought. */
const large = 24;
/** Of so many large programs compiled lately, so many that were never asked for again: then a new structure will hardly be, either. */
const lately = 8;
const fleeting = 6;

/** Compiled programs by exact structure: a hash picks the bucket, a comparison of every integer decides. Programs not used lately go. */
export class ProgramCache {
  readonly #buckets = new RecentMap<number, CacheEntry[]>(1024);
  readonly #recent: CacheEntry[] = [];

  /** How many programs are remembered (equal hashes count once). */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Whether to do without a large program for a structure: it is new, and such structures have lately been used once (a graph of
   * samples in random order, of sets that grow). It gets one when it comes again.
   */
  defers(entry: CacheEntry, operations: number): boolean {
    if (operations < large) return false;
    entry.sightings++;
    if (entry.compiled !== null) return false;
    const recent = this.#recent;
    const unsteady = recent.length === lately && recent.filter(({ sightings }) => sightings === 1).length >= fleeting;
    if (unsteady && entry.sightings === 1) return true;
    recent.push(entry);
    if (recent.length > lately) recent.shift();
    return false;
  }

  find(key: Int32Array, length: number): CacheEntry {
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + key[i]) | 0;
    const bucket = listOf(this.#buckets, hash);
    for (const entry of bucket) if (equal(entry, key, length)) return entry;
    const entry = new CacheEntry(key, length);
    bucket.push(entry);
    return entry;
  }
}

function equal(entry: CacheEntry, key: Int32Array, length: number): boolean {
  if (entry.length !== length) return false;
  const have = entry.key;
  for (let i = 0; i < length; i++) if (have[i] !== key[i]) return false;
  return true;
}
