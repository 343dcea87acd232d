/** What the library promises about its speed and size, judged from what a run has measured. */
import { type BenchRecord, isRate, isTime, type TimeRecord } from "./records.ts";
import { largeSquares, multiplyAdds, productsOfStep } from "./work/matmul.ts";

/** How much of something there is, by medians and by best values; null where it was not measured. */
export interface Amount {
  readonly median: number;
  readonly best: number;
}

export interface Verdict {
  readonly goal: string;
  /** The least (or, if `most`, the most) that holds. */
  readonly wanted: number;
  readonly most?: boolean;
  readonly unit: "×" | "%" | "KB";
  readonly got: Amount | null;
}

/** Medians decide. */
export function holds({ wanted, most = false, got }: Verdict): boolean | null {
  if (got === null) return null;
  return most ? got.median <= wanted : got.median >= wanted;
}

type Find = (work: string, contender: string, threads?: number) => TimeRecord | undefined;

/** How many times as fast `one` is. */
function speed(one: TimeRecord | undefined, other: TimeRecord | undefined): Amount | null {
  if (one === undefined || other === undefined) return null;
  return { median: other.medianSeconds / one.medianSeconds, best: other.minSeconds / one.minSeconds };
}

const library = "cresset-wasm";
const revectorized = "cresset-wasm+revectorize";

/** The promises of which this run measured the library's side. */
export function verdicts(records: readonly BenchRecord[]): Verdict[] {
  const find: Find = (work, contender, threads = 1) =>
    records.filter(isTime).find((r) => r.work === work && r.contender === contender && r.threads === threads);
  return [
    ...classifierVerdicts(records, find),
    ...matmulVerdicts(records, find),
    ...meanVerdicts(records),
    ...startVerdicts(records, find),
  ];
}

function classifierVerdicts(records: readonly BenchRecord[], find: Find): Verdict[] {
  const against = (work: string, contender: string, wanted: number): Verdict[] => {
    const own = find(work, library);
    if (own === undefined) return [];
    const goal = `${work}, one thread each: ${contender}'s speed`;
    return [{ goal, wanted, unit: "×", got: speed(own, find(work, contender)) }];
  };
  const all = Math.max(1, ...records.map(({ threads }) => threads));
  const own = find("classifier-1000", library, all);
  const pytorch = [find("classifier-1000", "pytorch"), find("classifier-1000", "pytorch", all)];
  const better = pytorch.flatMap((r) => r ?? []).toSorted((a, b) => a.medianSeconds - b.medianSeconds)[0];
  return [
    ...against("classifier-1000", "pytorch", 2.2),
    ...against("classifier-1000", "jax-js-wasm", 4),
    ...against("classifier-32", "pytorch", 4),
    ...against("classifier-32", "jax-js-wasm", 7),
    ...(own === undefined || all === 1
      ? []
      : [
          {
            goal: `classifier-1000, ${all} threads: the speed of pytorch's better figure of 1 and ${all} threads`,
            wanted: 3,
            unit: "×",
            got: speed(own, better),
          } as const,
        ]),
  ];
}

function matmulVerdicts(records: readonly BenchRecord[], find: Find): Verdict[] {
  const probe = records.filter(isRate).find((r) => r.work === "flops" && r.contender === library);
  const result: Verdict[] = [];
  const against = (work: string, contender: string, wanted: number): void => {
    const own = find(work, contender);
    if (own === undefined) return;
    const goal = `${work}, ${contender}: pytorch's speed`;
    result.push({ goal, wanted, unit: "×", got: speed(own, find(work, "pytorch")) });
  };
  for (const work of largeSquares) {
    const own = find(work, library);
    if (own === undefined) continue;
    const share = (seconds: number, flops: number): number => (100 * 2 * multiplyAdds(work)) / seconds / flops;
    const got =
      probe === undefined
        ? null
        : { median: share(own.medianSeconds, probe.flops), best: share(own.minSeconds, probe.maxFlops) };
    result.push({ goal: `${work}: the probe's rate of multiply-adds`, wanted: 85, unit: "%", got });
  }
  for (const work of largeSquares) against(work, library, 0.5);
  for (const work of productsOfStep) against(work, library, 1 / 1.6);
  for (const work of largeSquares) against(work, revectorized, 0.8);
  return result;
}

function meanVerdicts(records: readonly BenchRecord[]): Verdict[] {
  return (
    [
      ["tfjs-wasm", 3],
      ["jax-js-wasm", 2],
    ] as const
  ).flatMap(([contender, wanted]) => {
    const pairs = common(records, contender);
    if (pairs.length === 0) return [];
    const mean = (of: (amount: Amount) => number): number =>
      Math.exp(pairs.reduce((sum, { amount }) => sum + Math.log(of(amount)), 0) / pairs.length);
    const got = { median: mean(({ median }) => median), best: mean(({ best }) => best) };
    return [
      { goal: `geometric mean over ${pairs.length} works: ${contender}'s speed`, wanted, unit: "×", got } as const,
    ];
  });
}

function startVerdicts(records: readonly BenchRecord[], find: Find): Verdict[] {
  const result: Verdict[] = [];
  const own = find("cold-start", library);
  if (own !== undefined)
    result.push({
      goal: "cold-start: tfjs-wasm's speed",
      wanted: 2,
      unit: "×",
      got: speed(own, find("cold-start", "tfjs-wasm")),
    });
  for (const record of records) {
    if (!("bytes" in record) || record.work !== "bundle-classifier" || record.contender !== library) continue;
    const size = record.bytes / 1000;
    result.push({
      goal: "bundle-classifier: gzipped",
      wanted: 80,
      most: true,
      unit: "KB",
      got: { median: size, best: size },
    });
  }
  return result;
}

/** The peers that no work may be slower than; ONNX Runtime only in what it is made for. */
const peers = ["jax-js-wasm", "tfjs-wasm"];
const inference = "ort-web-wasm";
const isInference = (work: string): boolean => /forward/.test(work) || /^matmul-/.test(work);

interface Pair {
  readonly work: string;
  readonly peer: string;
  /** The library's speed as a multiple of the peer's; of sizes, the inverse. */
  readonly amount: Amount;
}

/** The works (times only) that the library and a peer both have. */
function common(records: readonly BenchRecord[], peer: string): Pair[] {
  const times = records.filter(isTime);
  return times.flatMap((own) => {
    if (own.contender !== library || own.threads !== 1) return [];
    const other = times.find((r) => r.work === own.work && r.contender === peer && r.threads === 1);
    const amount = speed(own, other);
    return amount === null ? [] : [{ work: own.work, peer, amount }];
  });
}

/** The library against every peer that it should be level with, work by work. */
export function comparisons(records: readonly BenchRecord[]): Pair[] {
  return [
    ...peers.flatMap((peer) => [...common(records, peer), ...sizes(records, peer)]),
    ...common(records, inference).filter(({ work }) => isInference(work)),
  ];
}

function sizes(records: readonly BenchRecord[], peer: string): Pair[] {
  const all = records.flatMap((r) => ("bytes" in r ? [r] : []));
  return all.flatMap((own) => {
    const other = all.find((r) => r.work === own.work && r.contender === peer);
    if (own.contender !== library || other === undefined) return [];
    const ratio = other.bytes / own.bytes;
    return [{ work: own.work, peer, amount: { median: ratio, best: ratio } }];
  });
}
