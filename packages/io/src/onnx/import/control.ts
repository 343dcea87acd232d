/** Operators that run graphs of their own: which one, or how often, must be known when they are called. */
import { stack } from "@cresset/core/functions";
import type { Call, Operators } from "./call.ts";
import { countOf, type Flowing, type HostValue, hostValue, isHost, mostOnHost } from "./host-value.ts";

function truth(call: Call, value: Flowing): boolean {
  if (!isHost(value)) throw call.error("what it runs is decided by the values of tensors");
  return value.data[0] !== 0;
}

function loop(call: Call): Flowing[] {
  const limit = call.has(0) ? (call.integers(0)[0] ?? 0) : Number.POSITIVE_INFINITY;
  let goesOn = call.has(1) ? truth(call, call.host(1)) : true;
  let carried = call.inputs.slice(2).map((_, i) => call.input(2 + i));
  const { length } = carried;
  const scanned = Array.from({ length: Math.max(0, call.node.output.length - length) }, (): Flowing[] => []);
  for (let i = 0; i < limit && goesOn; i++) {
    const given = [hostValue("int64", [], [i]), hostValue("bool", [], [1]), ...carried];
    const [condition, ...results] = call.body("body", given);
    if (condition === undefined || results.length !== length + scanned.length)
      throw call.error(`its body gives ${results.length} results for ${length + scanned.length}`);
    goesOn = truth(call, condition);
    carried = results.slice(0, length);
    for (const [k, result] of results.slice(length).entries()) scanned[k].push(result);
  }
  return [...carried, ...scanned.map((results) => together(call, results))];
}

/** What the runs of a body gave, one after the other along a new first dimension. */
function together(call: Call, results: readonly Flowing[]): Flowing {
  const [first] = results;
  if (first === undefined) throw call.error("is not run once, and what its runs give is put together");
  const onHost = (x: Flowing): x is HostValue => isHost(x) && x.shape.join() === first.shape.join();
  if (results.length * countOf(first.shape) <= mostOnHost && results.every(onHost)) {
    const data = results.flatMap((x) => [...x.data]);
    return hostValue(results[0].dtype, [results.length, ...first.shape], data);
  }
  return stack(results.map((x) => call.asTensor(x)));
}

export const control: Operators = {
  If: (call) => call.body(truth(call, call.host(0)) ? "then_branch" : "else_branch", []),
  Loop: loop,
};
