import { expect, test } from "vitest";
import { Outcome, type RunEnd } from "./outcome.ts";

const failed = (restored: boolean, text = "failed"): RunEnd =>
  Promise.resolve({ error: new Error(text), restored, reported: false });
const fine = (): RunEnd => Promise.resolve(null);

test("a run that ends well has nothing to tell", async () => {
  const outcome = new Outcome(fine(), [new Outcome(fine(), [])]);
  expect(outcome.clear).toBe(false);
  await outcome.check();
  expect(outcome.clear).toBe(true);
});

test("what a failed run wrote is spoiled, and so is what is made of it: every read throws", async () => {
  const first = new Outcome(failed(true), []);
  const second = new Outcome(fine(), [first]);
  const third = new Outcome(null, [second]);
  for (const outcome of [first, first, third, third, second]) await expect(outcome.check()).rejects.toThrow("failed");
  expect(third.spoiled?.message).toBe("failed");
  expect(third.clear).toBe(false);
});

test("of what was restored, and what is made of it, the first read throws", async () => {
  const end = failed(true);
  const spoiled = new Outcome(end, []);
  const restored = new Outcome(end, [], []);
  const later = new Outcome(fine(), [restored]);
  await expect(later.check()).rejects.toThrow("failed");
  await later.check();
  await restored.check();
  expect(restored.spoiled).toBeNull();
  await expect(spoiled.check()).rejects.toThrow("failed");
});

test("a read of what the failed run spoiled tells of it, too", async () => {
  const end = failed(true);
  await expect(new Outcome(end, []).check()).rejects.toThrow("failed");
  await new Outcome(end, [], []).check();
});

test("where nothing was restored, nothing is good", async () => {
  const kept = new Outcome(failed(false), [], []);
  await expect(kept.check()).rejects.toThrow("failed");
  await expect(kept.check()).rejects.toThrow("failed");
});

test("what is restored is as spoiled as it was before, whatever else the failed run read", async () => {
  const before = new Outcome(failed(true, "before"), []);
  const good = new Outcome(failed(true, "own"), [before], []);
  await expect(good.check()).rejects.toThrow("own");
  await good.check();
  const bad = new Outcome(failed(true, "own"), [], [before]);
  await expect(bad.check()).rejects.toThrow("before");
  await expect(bad.check()).rejects.toThrow("before");
  // A run that went well on spoiled operands has spoiled its results.
  await expect(new Outcome(fine(), [before], []).check()).rejects.toThrow("before");
});
