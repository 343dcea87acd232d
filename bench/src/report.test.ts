import { describe, expect, test } from "vitest";
import { type BenchRecord, median, timeRecord } from "./records.ts";
import { formatSeconds, outcomeText, summary } from "./report.ts";

function time(work: string, contender: string, medianSeconds: number, threads = 1): BenchRecord {
  return { work, contender, threads, medianSeconds, minSeconds: medianSeconds / 2 };
}

describe("report", () => {
  test("medians and minima", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(timeRecord({ work: "w", contender: "c", threads: 2 }, [3, 1, 2])).toEqual({
      work: "w",
      contender: "c",
      threads: 2,
      medianSeconds: 2,
      minSeconds: 1,
    });
  });

  test("times have three digits and a unit", () => {
    expect([2.345, 0.0123456, 12.3456e-6].map(formatSeconds)).toEqual(["2.35 s", "12.3 ms", "12.3 µs"]);
  });

  test("ratios are to cresset-wasm with one thread", () => {
    const records = [time("w", "pytorch", 3e-3), time("w", "cresset-wasm", 2e-3, 2), time("w", "cresset-wasm", 1e-3)];
    const text = outcomeText("w", { records, notes: ["left out"], failures: ["wrong"] });
    expect(text).toMatch(/to cresset-wasm$/m);
    expect(text).toMatch(/pytorch +3\.00 ms +1\.50 ms +3\.00 ×/);
    expect(text).toMatch(/cresset-wasm, 2 threads +2\.00 ms +1\.00 ms +2\.00 ×/);
    expect(text).toMatch(/– left out\n {2}✗ wrong/);
  });

  test("a higher rate is a lower ratio; sizes are compared as they are", () => {
    const rate = (contender: string, flops: number): BenchRecord => ({
      work: "flops",
      contender,
      threads: 1,
      flops,
      maxFlops: flops,
    });
    const rates = { records: [rate("cresset-wasm", 50e9), rate("other", 100e9)], notes: [], failures: [] };
    expect(outcomeText("flops", rates)).toMatch(/other +100\.0 GFLOP\/s +100\.0 GFLOP\/s +0\.500 ×/);
    const size = (contender: string, bytes: number): BenchRecord => ({ work: "b", contender, threads: 1, bytes });
    const sizes = { records: [size("cresset-cpu", 2048), size("other", 8192)], notes: [], failures: [] };
    expect(outcomeText("b", sizes)).toMatch(/other +8\.0 KiB +4\.00 ×/);
  });

  test("the summary is the geometric mean over common works", () => {
    const records = [
      time("a", "cresset-cpu", 1),
      time("b", "cresset-cpu", 1),
      time("a", "pytorch", 2),
      time("b", "pytorch", 8),
      time("c", "pytorch", 1000),
    ];
    expect(summary(records)).toMatch(/pytorch +4\.00 × +2/);
  });
});
