import {
  type ContractionKernel,
  castValue,
  isFloat,
  type Kernel,
  type LoopKernel,
  type Scalar,
  type ScanKernel,
  type ScatterKernel,
  type SortKernel,
  scalarMeaning,
} from "@cresset/core/backend";
import { argsort } from "../argsort.ts";
import { combiningOperation, identityOf } from "../identity.ts";
import type { KernelFunction } from "../kernel-function.ts";
import { logAddExp, newRecord } from "../scan-state.ts";
import { type Evaluate, type Frame, interpretExpression, interpretIndex, loader, storer } from "./expression.ts";
import { combining } from "./reduction.ts";
import { forEach, interpretStatements } from "./statement.ts";

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

function loop(kernel: LoopKernel): Evaluate<void> {
  const body = interpretStatements(kernel.operands, kernel.body);
  const axes = range(0, kernel.outer);
  return (frame) => forEach(frame, axes, () => body(frame));
}

function contraction(kernel: ContractionKernel): Evaluate<void> {
  const points = range(0, kernel.batch + kernel.rows + kernel.columns);
  const depth = range(points.length, kernel.depth);
  const left = interpretExpression(kernel.left);
  const right = interpretExpression(kernel.right);
  const body = interpretStatements(kernel.operands, kernel.body);
  const float = isFloat(kernel.dtype);
  const multiply = scalarMeaning("mul", float ? "float64" : kernel.dtype);
  const add = combining("sum", kernel.dtype);
  const zero = identityOf("sum", kernel.dtype);
  return (frame) =>
    forEach(frame, points, () => {
      let sum = zero;
      forEach(frame, depth, () => {
        sum = add(sum, multiply(left(frame), right(frame)));
      });
      frame.registers[kernel.register] = float ? castValue(sum, "float64", kernel.dtype) : sum;
      body(frame);
    });
}

function scatter(kernel: ScatterKernel): Evaluate<void> {
  const { mode, target } = kernel;
  const { dtype } = kernel.operands[target];
  const axes = range(0, kernel.axes);
  const value = interpretExpression(kernel.value);
  const index = interpretIndex(kernel.index);
  const load = loader(dtype);
  const store = storer(dtype);
  const combine = mode === "set" ? (_: Scalar, x: Scalar) => x : scalarMeaning(combiningOperation[mode], dtype);
  return (frame) => {
    const array = frame.memory[frame.call.buffers[target]];
    forEach(frame, axes, () => {
      const at = index(frame);
      if (at < array.length) store(array, at, combine(load(array, at), value(frame)));
    });
  };
}

/** The running state of a scan: `next` takes a value and gives what is stored. */
function scanState(kernel: ScanKernel): () => (value: Scalar, position: number) => Scalar {
  const { op, dtype } = kernel;
  const float = isFloat(dtype);
  if (op === "argmax" || op === "argmin") {
    const start = identityOf(op === "argmax" ? "max" : "min", kernel.value.dtype);
    return () => {
      let best = start;
      let found = 0;
      return (value, position) => {
        if (newRecord(value, best, op === "argmin")) {
          best = value;
          found = position;
        }
        return BigInt(found);
      };
    };
  }
  const start = op === "logsumexp" ? Number.NEGATIVE_INFINITY : identityOf(op, dtype);
  const combine = op === "logsumexp" ? (x: Scalar, y: Scalar) => logAddExp(Number(x), Number(y)) : combining(op, dtype);
  return () => {
    let state: Scalar = start;
    return (value) => {
      state = combine(state, value);
      return float ? castValue(state, "float64", dtype) : state;
    };
  };
}

function scan(kernel: ScanKernel): Evaluate<void> {
  const last = kernel.axes - 1;
  const rows = range(0, last);
  const value = interpretExpression(kernel.value);
  const index = interpretIndex(kernel.index);
  const store = storer(kernel.operands[kernel.target].dtype);
  const start = scanState(kernel);
  return (frame) => {
    const array = frame.memory[frame.call.buffers[kernel.target]];
    forEach(frame, rows, () => {
      const next = start();
      forEach(frame, [last], () => store(array, index(frame), next(value(frame), frame.axes[last])));
    });
  };
}

function sort(kernel: SortKernel): Evaluate<void> {
  const last = kernel.axes - 1;
  const rows = range(0, last);
  const value = interpretExpression(kernel.value);
  const index = interpretIndex(kernel.index);
  const { dtype } = kernel.value;
  const storeKey = storer(dtype === "int64" ? "int64" : "float64");
  const storePosition = storer("int64");
  return (frame) => {
    const array = frame.memory[frame.call.buffers[kernel.target]];
    const extent = frame.call.extents[last];
    const keys = dtype === "int64" ? new BigInt64Array(extent) : new Float64Array(extent);
    forEach(frame, rows, () => {
      forEach(frame, [last], () => storeKey(keys, frame.axes[last], value(frame)));
      const positions = argsort(keys, kernel.descending);
      forEach(frame, [last], () => storePosition(array, index(frame), BigInt(positions[frame.axes[last]])));
    });
  };
}

function interpret(kernel: Kernel): Evaluate<void> {
  switch (kernel.kind) {
    case "loop":
      return loop(kernel);
    case "contraction":
      return contraction(kernel);
    case "scatter":
      return scatter(kernel);
    case "scan":
      return scan(kernel);
    case "sort":
      return sort(kernel);
  }
}

/** A kernel as nested closures over its expressions: the same results as its generated JavaScript, bit for bit. */
export function interpretKernel(kernel: Kernel): KernelFunction {
  const body = interpret(kernel);
  return (memory, call, args, failed) => {
    const frame: Frame = { memory, call, args, failed, axes: new Array(kernel.axes).fill(0), registers: [] };
    body(frame);
  };
}
