import type { Backend, Executable } from "../backend/backend.ts";
import type { BufferSpec, Call, Command, Program } from "../backend/program.ts";
import { bytesOf } from "../dtype/dtype.ts";
import type { Node, Value } from "../graph/node.ts";
import type { CheckFailure } from "../graph/primitive.ts";
import type { Term } from "../graph/term.ts";
import { fuse } from "./fuse.ts";
import { takenOver } from "./in-place.ts";
import { inline } from "./inline.ts";
import { type KernelCall, type KernelContext, kernelsOf } from "./kernel.ts";
import { type Lifetime, planMemory } from "./memory.ts";
import { chooseRealized } from "./realize.ts";
import { type Accesses, schedule, spansOf } from "./schedule.ts";

/** A program ready to run, and what to bind: leaves by number, then one buffer per output. */
export interface Compiled {
  readonly executable: Executable;
  readonly inputs: readonly number[];
  /** What a failed check means, and the node that it came from. */
  readonly checks: readonly (CheckFailure & { readonly node: number })[];
}

/** Compiles the pending nodes below `outputs` into one program. */
export function compile(order: readonly Node[], outputs: readonly Value[], backend: Backend): Compiled {
  const { program, inputs, checks } = build(order, outputs, backend.cutsLoops);
  return { executable: backend.compile(program), inputs, checks };
}

/** The program for the pending nodes below `outputs`, before a backend sees it. */
export function build(
  order: readonly Node[],
  outputs: readonly Value[],
  cutsLoops = false,
): Omit<Compiled, "executable"> & { readonly program: Program } {
  const inlined = inline(order, outputs);
  const realized = chooseRealized(inlined.terms, inlined.outputs, cutsLoops);
  const { groups, memberOf } = fuse(inlined.terms, realized);

  const buffers: BufferSpec[] = [];
  const place = new Map<Term, number>();
  const inputs: number[] = [];
  for (const term of inlined.terms) {
    if (term.primitive.op !== "input") continue;
    place.set(term, buffers.length);
    inputs.push(term.primitive.index);
    buffers.push({ dtype: term.dtype, length: term.numel, role: "input", offset: 0 });
  }
  for (const term of inlined.outputs) {
    place.set(term, buffers.length);
    buffers.push({ dtype: term.dtype, length: term.numel, role: "output", offset: 0 });
  }
  const firstTemporary = buffers.length;
  const needsBuffer = usedElsewhere(inlined.terms, groups, memberOf);
  const over = takenOver(inlined.terms, inlined.outputs);
  for (const term of realized) {
    if (place.has(term) || over.has(term) || !needsBuffer.has(term)) continue;
    place.set(term, buffers.length);
    buffers.push({ dtype: term.dtype, length: term.numel, role: "temporary", offset: 0 });
  }
  // Users come after what they use: the last of a chain of writes has its place already.
  for (const [term, user] of [...over].reverse()) place.set(term, place.get(user) as number);

  const checks: (CheckFailure & { node: number })[] = [];
  const context: KernelContext = {
    realized,
    bufferOf: (term) => place.get(term),
    storedTo: (term) => place.get(term),
    checkOf: (term) => {
      const p = term.primitive;
      if (p.op !== "check") throw new Error("not a check");
      return checks.push({ ...p.failure, node: inlined.checkOf.get(term) ?? 0 }) - 1;
    },
  };
  const calls = groups.flatMap((group) => kernelsOf(group, context));
  const temporaryBytes = (b: number): number =>
    b < firstTemporary ? 0 : buffers[b].length * bytesOf(buffers[b].dtype);
  const steps = schedule(gatherCommands(calls), temporaryBytes);
  const commands = steps.map(({ kernel, calls: all }): Command => ({ kernel, calls: all }));
  const arenaBytes = planTemporaries(steps, buffers, firstTemporary);
  const program: Program = {
    buffers,
    arenaBytes,
    arguments: inlined.arguments,
    checks: checks.length,
    commands,
    // Outputs are fresh buffers: what a failing check leaves behind is dropped with them.
    stateFrom: commands.length,
  };
  return { program, inputs, checks };
}

/** Realized terms that something outside their kernel, or a later pass over the same rows, reads. */
function usedElsewhere(
  terms: readonly Term[],
  groups: ReturnType<typeof fuse>["groups"],
  memberOf: ReturnType<typeof fuse>["memberOf"],
): Set<Term> {
  const used = new Set<Term>();
  for (const group of groups) {
    for (const term of group.reads) {
      const member = memberOf.get(term);
      if (member !== undefined && member.group !== group) used.add(term);
    }
    for (const member of group.members) {
      const { op } = member.term.primitive;
      if (op === "scatter" || op === "scan" || op === "sort") used.add(member.term);
      // Within a kernel, what an inner loop computed is gone in the next one.
      if (member.role === "inner" && group.members.some((later) => later.stage > member.stage)) used.add(member.term);
    }
  }
  for (const term of terms) if (term.primitive.op === "check") used.delete(term);
  return used;
}

/** Neighbouring independent calls of one kernel become one command. */
function gatherCommands(calls: readonly KernelCall[]): (Command & Accesses)[] {
  const commands: { kernel: KernelCall["kernel"]; calls: Call[]; written: Set<number>; read: Set<number> }[] = [];
  for (const { kernel, call } of calls) {
    const reads = call.buffers.filter((_, i) => kernel.operands[i].access !== "write");
    const writes = call.buffers.filter((_, i) => kernel.operands[i].access !== "read");
    const last = commands.at(-1);
    const independent =
      last !== undefined &&
      last.kernel.key === kernel.key &&
      !reads.some((b) => last.written.has(b)) &&
      !writes.some((b) => last.written.has(b) || last.read.has(b));
    if (independent) last.calls.push(call);
    else commands.push({ kernel, calls: [call], written: new Set(), read: new Set() });
    const to = commands[commands.length - 1];
    for (const b of reads) to.read.add(b);
    for (const b of writes) to.written.add(b);
  }
  return commands;
}

function planTemporaries(steps: readonly Accesses[], buffers: BufferSpec[], first: number): number {
  const spans = spansOf(steps);
  const lifetimes = buffers.slice(first).map(
    (b, i): Lifetime => ({
      bytes: b.length * bytesOf(b.dtype),
      ...(spans.get(first + i) ?? { first: steps.length, last: -1 }),
    }),
  );
  const plan = planMemory(lifetimes);
  for (const [i, offset] of plan.offsets.entries()) buffers[first + i] = { ...buffers[first + i], offset };
  return plan.bytes;
}
