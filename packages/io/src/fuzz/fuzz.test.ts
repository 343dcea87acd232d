/**
 * Every reader on damaged files: it reads them or throws an error of Cresset's own, takes no more memory than a few times the
 * file where it refuses, ends, and changes no prototype.
 *
 * `CRESSET_FUZZ_RUNS` is the number of files for each reader (default 1500), `CRESSET_FUZZ_SEED` where they begin (default 1).
 */
import { cpu } from "@cresset/backend-cpu";
import { CressetError, registerBackend, Tensor, zeros } from "@cresset/core";
import { beforeAll, describe, expect, test } from "vitest";
import { numpy } from "../index.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { oneOf, randomFrom } from "./mutate.ts";
import { fuzzTargets, type Target } from "./targets.ts";

const runs = Number(process.env.CRESSET_FUZZ_RUNS ?? 1500);
const firstSeed = Number(process.env.CRESSET_FUZZ_SEED ?? 1);

beforeAll(async () => {
  await registerBackend(cpu());
  // What is unpacked first takes a window of deflate and its tables, which are kept for all files.
  const archive = await numpy.archiveToBytes({ zeros: zeros([100_000]) }, { compress: true });
  await numpy.load(archive);
});

const shared = [Object, Array, Map, Set, Function, Promise, Uint8Array, Float32Array, Error].map(
  (type) => type.prototype,
);
/** What the prototypes that everything inherits from have. */
const prototypes = (): string => JSON.stringify(shared.map((prototype) => Reflect.ownKeys(prototype).map(String)));

/** What was read, with values of tensors that are not too large. */
async function touch(value: unknown, depth = 0): Promise<void> {
  if (value instanceof Tensor) {
    if (value.numel() < 100_000) await value.data();
  } else if (typeof value === "object" && value !== null && depth < 5) {
    const items =
      value instanceof Map
        ? [...value.keys(), ...value.values()]
        : value instanceof Set
          ? [...value]
          : Object.values(value);
    for (const item of items.slice(0, 20)) await touch(item, depth + 1);
  }
}

interface Counts {
  read: number;
  refused: number;
}

async function fuzz({ read, seeds, damage, unpacks = 0 }: Target, counts: Counts, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const bytes = await damage(oneOf(random, seeds), random, oneOf(random, seeds));
  let outcome: unknown;
  let refusal: unknown = null;
  const taken = await bytesTaken(async () => {
    try {
      outcome = await read(bytes);
    } catch (error) {
      refusal = error;
    }
  });
  if (refusal === null) {
    counts.read++;
    try {
      await touch(outcome);
    } catch (error) {
      refusal = error;
    }
  } else {
    counts.refused++;
    if (taken > 6 * bytes.length + unpacks + 4096)
      throw new Error(`seed ${seed}: ${taken} bytes were taken before a file of ${bytes.length} was refused`);
  }
  if (refusal !== null && !(refusal instanceof CressetError))
    throw new Error(`seed ${seed}: ${String(refusal)}`, { cause: refusal });
}

describe("damaged files", async () => {
  test.each((await fuzzTargets()).map((target) => [target.name, target] as const))(
    "%s",
    { timeout: 60_000 + 50 * runs },
    async (_, target) => {
      for (const seed of target.seeds)
        await target.read(seed).catch((error: unknown) => expect(error).toBeInstanceOf(CressetError));
      const before = prototypes();
      const counts: Counts = { read: 0, refused: 0 };
      for (let run = 0; run < runs; run++) {
        await fuzz(target, counts, firstSeed + run);
        if (prototypes() !== before) throw new Error(`seed ${firstSeed + run} changed a prototype`);
      }
      // Damage that is always noticed at once would test nothing but the first check.
      expect(counts.read).toBeGreaterThan(runs / 200);
      expect(counts.refused).toBeGreaterThan(runs / 4);
      if (process.env.CRESSET_FUZZ_RUNS !== undefined)
        console.log(`${target.name}: ${counts.read} read, ${counts.refused} refused`);
    },
  );
});
