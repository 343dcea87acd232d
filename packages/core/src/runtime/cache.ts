import { RecentMap } from "../backend/recent-map.ts";
import type { Compiled } from "../compiler/compile.ts";

/** A structure that was compiled, and the interior values that turned out to be needed again. */
export class CacheEntry {
  readonly key: Int32Array;
  readonly length: number;
  compiled: Compiled | null = null;
  /** Positions (node and output) that became outputs because they were recomputed. */
  readonly learned: number[] = [];
  /** How many of `learned` the compiled program knows. */
  known = 0;

  constructor(key: Int32Array, length: number) {
    this.key = key.slice(0, length);
    this.length = length;
  }
}

/** Compiled programs by exact structure: a hash picks the bucket, a comparison of every integer decides. Programs not used lately go. */
export class ProgramCache {
  private readonly buckets = new RecentMap<number, CacheEntry[]>(1024);

  /** How many programs are remembered (equal hashes count once). */
  get size(): number {
    return this.buckets.size;
  }

  find(key: Int32Array, length: number): CacheEntry {
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + key[i]) | 0;
    let bucket = this.buckets.get(hash);
    if (bucket === undefined) {
      bucket = [];
      this.buckets.set(hash, bucket);
    }
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
