/** Scatters in which many points may meet: these are sorted by their targets first, so that each target has a thread. */
import type { BufferSpec, Call, Command, Index, Program, ScatterKernel, SortKernel } from "@cresset/core/backend";
import { axesOfValues, replaceAxes } from "./axes.ts";
import { rewriteCommands } from "./rewrite.ts";
import type { Machine } from "./wgsl/plan.ts";
import { freeAxes, type SegmentsPass } from "./wgsl/scatter.ts";

/** From so many points on that may meet, sorting pays; not where so many threads are busy anyway, or as many rows are to be sorted. */
const [fewestMeeting, mostThreads, mostRows] = [128, 65_536, 64];

interface Meeting {
  /** The only axis along which points may meet. */
  readonly axis: number;
  /** Other axes on which it depends which of them do. */
  readonly rows: readonly number[];
}

function meetingOf(kernel: ScatterKernel, extents: readonly number[]): Meeting | null {
  const free = freeAxes(kernel.index, extents);
  const bound = extents.flatMap((_, axis) => (free.includes(axis) ? [] : [axis]));
  if (bound.length !== 1) return null;
  const [axis] = bound;
  const along = axesOfValues(kernel.index);
  const rows = free.filter((one) => along.has(one));
  const count = (axes: readonly number[]): number => axes.reduce((n, one) => n * extents[one], 1);
  const pays = extents[axis] >= fewestMeeting && count(free) < mostThreads && count(rows) <= mostRows;
  return pays && count(free) > 0 ? { axis, rows } : null;
}

/** The program with such scatters in passes; the sorted positions are temporaries at the end of its buffers. */
export function withScatterPasses(program: Program, machine: Machine): Program {
  return rewriteCommands(program, ({ kernel, calls }, buffers) => {
    if (!machine.cooperative || kernel.kind !== "scatter") return undefined;
    if (calls.every(({ extents }) => meetingOf(kernel, extents) === null)) return undefined;
    return calls.flatMap((call): Command[] => {
      const meeting = meetingOf(kernel, call.extents);
      return meeting === null ? [{ kernel, calls: [call] }] : passesOf(kernel, call, meeting, buffers);
    });
  });
}

function passesOf(kernel: ScatterKernel, call: Call, { axis, rows }: Meeting, buffers: BufferSpec[]): Command[] {
  const extents = [...rows, axis].map((one) => call.extents[one]);
  const length = extents.reduce((a, b) => a * b, 1);
  const positions = buffers.push({ dtype: "int64", length, role: "temporary", offset: 0 }) - 1;
  const own = kernel.operands.length;
  const zero: Index = { kind: "constant", value: 0 };
  const to = (one: number): Index => {
    const at = [...rows, axis].indexOf(one);
    return at < 0 ? zero : { kind: "axis", axis: at };
  };
  const place = extents.reduce<Index>(
    (sum, extent, i) => ({
      kind: "sum",
      left: { kind: "product", input: sum, by: extent },
      right: { kind: "axis", axis: i },
    }),
    zero,
  );
  const sort: SortKernel = {
    kind: "sort",
    key: `targets along ${axis} of ${rows.join()} (${extents.slice(1).join()}) ${kernel.key}`,
    name: `${kernel.name}_targets`,
    // What it does not write it must not be taken to write.
    operands: [
      ...kernel.operands.map(({ dtype }) => ({ dtype, access: "read" }) as const),
      { dtype: "int64", access: "write" },
    ],
    axes: extents.length,
    arguments: kernel.arguments,
    checks: 0,
    descending: false,
    value: { kind: "index", dtype: "int32", index: replaceAxes(kernel.index, to) },
    target: own,
    index: place,
  };
  const segments: SegmentsPass = {
    ...kernel,
    key: `segments along ${axis} of ${rows.join()} ${kernel.key}`,
    operands: [...kernel.operands, { dtype: "int64", access: "read" }],
    along: axis,
    rows,
    positions: own,
  };
  const extended = [...call.buffers, positions];
  return [
    { kernel: sort, calls: [{ ...call, buffers: extended, extents, checks: [] }] },
    { kernel: segments, calls: [{ ...call, buffers: extended }] },
  ];
}
