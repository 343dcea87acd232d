import {
  type Argument,
  type Call,
  type ContractionKernel,
  castArgument,
  castValue,
  type DType,
  dtypeInfo,
  type Expression,
  type Index,
  isFloat,
  type Kernel,
  type ReduceOp,
  type Reduction,
  type Scalar,
  type ScanKernel,
  type ScanOp,
  type ScatterKernel,
  type SortKernel,
  type Statement,
  scalarMeaning,
} from "@cresset/core/backend";

const combiners = { sum: "add", product: "mul", max: "max", min: "min" } as const;
type Combiner = keyof typeof combiners;

const typed = (value: number, dtype: DType): Scalar => (dtype === "int64" ? BigInt(value) : value);
const isNaNValue = (x: Scalar): boolean => typeof x === "number" && Number.isNaN(x);

/** What nothing combines to. */
function neutral(op: Combiner, dtype: DType): Scalar {
  if (op === "sum") return typed(0, dtype);
  if (op === "product") return typed(1, dtype);
  const { range } = dtypeInfo(dtype);
  if (range === undefined) return op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const bound = range[op === "max" ? 0 : 1];
  return dtype === "int64" ? bound : Number(bound);
}

/** Combines values one by one; sums and products of floats are rounded once, at the end. */
class Accumulator {
  private readonly op: ReduceOp | ScanOp;
  private readonly dtype: DType;
  private readonly combine: (x: Scalar, y: Scalar) => Scalar;
  private state: Scalar;
  private position = 0;
  private count = 0;
  /** Whether a tie moves the position of an extreme. */
  private readonly lastWins: boolean;

  constructor(op: ReduceOp | ScanOp, from: DType, lastWins: boolean) {
    this.op = op;
    this.dtype = from;
    this.lastWins = lastWins;
    const kind = op === "argmax" || op === "logsumexp" ? "max" : op === "argmin" ? "min" : op;
    const wide = isFloat(from) && (kind === "sum" || kind === "product");
    this.combine = scalarMeaning(combiners[kind], wide ? "float64" : from);
    this.state = neutral(kind, from);
  }

  add(x: Scalar): void {
    const before = this.state;
    if (this.op === "logsumexp") {
      const [a, b] = [Number(before), Number(x)];
      const top = Math.max(a, b);
      this.state = Number.isFinite(top) ? top + Math.log1p(Math.exp(Math.min(a, b) - top)) : a + b === a ? a : top;
    } else if (this.op === "argmax" || this.op === "argmin") {
      const ahead = this.op === "argmax" ? x > before : x < before;
      const better = isNaNValue(before)
        ? this.lastWins && isNaNValue(x)
        : isNaNValue(x) || ahead || (this.lastWins && x === before);
      if (better) {
        this.state = x;
        this.position = this.count;
      }
    } else this.state = this.combine(before, x);
    this.count++;
  }

  result(): Scalar {
    if (this.op === "argmax" || this.op === "argmin") return BigInt(this.position);
    return isFloat(this.dtype) ? castValue(this.state, "float64", this.dtype) : this.state;
  }
}

/** Runs one call of a kernel by walking over its expressions. */
export class Machine {
  private readonly cells: readonly Scalar[][];
  private readonly call: Call;
  private readonly args: readonly Argument[];
  private readonly failed: Set<number>;
  private readonly axes: number[];
  private readonly registers: Scalar[] = [];

  constructor(cells: readonly Scalar[][], call: Call, args: readonly Argument[], failed: Set<number>) {
    this.cells = cells;
    this.call = call;
    this.args = args;
    this.failed = failed;
    this.axes = call.extents.map(() => 0);
  }

  run(kernel: Kernel): void {
    switch (kernel.kind) {
      case "loop":
        this.over(0, kernel.outer, () => this.statements(kernel.body));
        break;
      case "contraction":
        this.contraction(kernel);
        break;
      case "scatter":
        this.scatter(kernel);
        break;
      case "scan":
        this.scan(kernel);
        break;
      case "sort":
        this.sort(kernel);
    }
  }

  private contraction(kernel: ContractionKernel): void {
    const points = kernel.batch + kernel.rows + kernel.columns;
    const multiply = scalarMeaning("mul", isFloat(kernel.dtype) ? "float64" : kernel.dtype);
    this.over(0, points, () => {
      const sum = new Accumulator("sum", kernel.dtype, false);
      this.over(points, points + kernel.depth, () =>
        sum.add(multiply(this.value(kernel.left), this.value(kernel.right))),
      );
      this.registers[kernel.register] = sum.result();
      this.statements(kernel.body);
    });
  }

  /** Visits every point of the axes from `first` up to `end`, in row-major order. */
  private over(first: number, end: number, visit: () => void): void {
    if (first === end) {
      visit();
      return;
    }
    for (let i = 0; i < this.call.extents[first]; i++) {
      this.axes[first] = i;
      this.over(first + 1, end, visit);
    }
  }

  private scatter({ axes, target, mode, index, value }: ScatterKernel): void {
    const cells = this.cells[this.call.buffers[target]];
    const combine = mode === "set" ? null : scalarMeaning(combiners[mode], value.dtype);
    this.over(0, axes, () => {
      const at = this.index(index);
      const x = this.value(value);
      cells[at] = combine === null ? x : combine(cells[at], x);
    });
  }

  private scan({ axes, target, op, index, value }: ScanKernel): void {
    const cells = this.cells[this.call.buffers[target]];
    this.over(0, axes - 1, () => {
      const running = new Accumulator(op, value.dtype, true);
      this.over(axes - 1, axes, () => {
        running.add(this.value(value));
        cells[this.index(index)] = running.result();
      });
    });
  }

  private sort({ axes, target, descending, index, value }: SortKernel): void {
    const cells = this.cells[this.call.buffers[target]];
    this.over(0, axes - 1, () => {
      const keys: Scalar[] = [];
      this.over(axes - 1, axes, () => keys.push(this.value(value)));
      const order = keys
        .map((_, i) => i)
        .sort((i, j) => (descending ? compare(keys[j], keys[i]) : compare(keys[i], keys[j])));
      this.over(axes - 1, axes, () => {
        cells[this.index(index)] = BigInt(order[this.axes[axes - 1]]);
      });
    });
  }

  private statements(body: readonly Statement[]): void {
    for (const s of body) {
      if (s.kind === "let") this.registers[s.register] = this.value(s.value);
      else if (s.kind === "store") this.cells[this.call.buffers[s.operand]][this.index(s.index)] = this.value(s.value);
      else if (s.kind === "inner") this.inner(s.axes, s.body, s.reductions);
      else if (!this.value(s.condition)) this.failed.add(this.call.checks[s.check]);
    }
  }

  private inner(axes: readonly number[], body: readonly Statement[], reductions: readonly Reduction[]): void {
    const running = reductions.map((r) => new Accumulator(r.op, r.value.dtype, false));
    // The axes of an inner loop are neighbours.
    this.over(axes[0], axes[0] + axes.length, () => {
      this.statements(body);
      for (const [i, r] of reductions.entries()) running[i].add(this.value(r.value));
    });
    for (const [i, r] of reductions.entries()) this.registers[r.register] = running[i].result();
  }

  private index(index: Index): number {
    switch (index.kind) {
      case "constant":
        return index.value;
      case "axis":
        return this.axes[index.axis];
      case "argument":
        return Number(this.args[this.call.arguments[index.slot]]);
      case "sum":
        return this.index(index.left) + this.index(index.right);
      case "product":
        return this.index(index.input) * index.by;
      case "quotient":
        return Math.floor(this.index(index.input) / index.by);
      case "remainder":
        return this.index(index.input) % index.by;
      case "value": {
        const at = Number(this.value(index.value));
        return at >= 0 && at < index.extent ? at : 0;
      }
    }
  }

  private value(e: Expression): Scalar {
    switch (e.kind) {
      case "constant":
        return castArgument(e.value, e.dtype);
      case "argument":
        return castArgument(this.args[this.call.arguments[e.slot]], e.dtype);
      case "index":
        return castArgument(this.index(e.index), e.dtype);
      case "load":
        return this.cells[this.call.buffers[e.operand]][this.index(e.index)] ?? typed(0, e.dtype);
      case "register":
        return this.registers[e.register];
      case "cast":
        return castValue(this.value(e.input), e.input.dtype, e.dtype);
      case "apply":
        return scalarMeaning(e.op, e.inputs[e.inputs.length - 1].dtype)(...e.inputs.map((x) => this.value(x)));
      case "guard": {
        const inside = e.bounds.every(({ index, extent }) => this.index(index) >= 0 && this.index(index) < extent);
        const holds = inside && e.bounds.every(({ index, step }) => this.index(index) % step === 0);
        return this.value(holds ? e.value : e.otherwise);
      }
    }
  }
}

/** NaN is the greatest; equal values keep their order. */
function compare(a: Scalar, b: Scalar): number {
  if (isNaNValue(a) || isNaNValue(b)) return Number(isNaNValue(a)) - Number(isNaNValue(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
