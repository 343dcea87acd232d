/** The two-loop recursion of L-BFGS (Nocedal and Wright, algorithm 7.4) and what it remembers. */
import { addTo, dot, scaled, type Vector } from "./vector.ts";

/** What is carried from one iteration to the next. */
export interface Memory {
  direction: Vector;
  /** How far the last iteration went along the direction. */
  step: number;
  /** Changes of the gradient and of the parameters, oldest first, with the reciprocals of their products. */
  readonly gradientChanges: Vector[];
  readonly changes: Vector[];
  readonly reciprocals: number[];
  /** The first guess of the inverse Hessian is this times the identity. */
  scale: number;
  gradient: Vector;
  loss: number;
}

/** The memory of the first iteration, which goes down the gradient. */
export function begin(gradient: Vector): Memory {
  return {
    direction: scaled(gradient, -1),
    step: 0,
    gradientChanges: [],
    changes: [],
    reciprocals: [],
    scale: 1,
    gradient,
    loss: Number.NaN,
  };
}

/** The memory after an iteration that led to a new gradient. */
export function remember(memory: Memory, gradient: Vector, historySize: number): Memory {
  const { gradientChanges, changes, reciprocals } = memory;
  const gradientChange = addTo(gradient.slice(), memory.gradient, -1);
  const change = scaled(memory.direction, memory.step);
  const product = dot(gradientChange, change);
  // Otherwise the Hessian would not stay positive definite.
  if (product > 1e-10) {
    if (changes.length === historySize) for (const list of [gradientChanges, changes, reciprocals]) list.shift();
    gradientChanges.push(gradientChange);
    changes.push(change);
    reciprocals.push(1 / product);
    memory.scale = product / dot(gradientChange, gradientChange);
  }
  memory.gradient = gradient;
  memory.direction = newtonDirection(memory);
  return memory;
}

function newtonDirection({ gradientChanges, changes, reciprocals, scale, gradient }: Memory): Vector {
  const q = scaled(gradient, -1);
  const factors: number[] = [];
  for (let i = changes.length - 1; i >= 0; i--) {
    factors[i] = dot(changes[i], q) * reciprocals[i];
    addTo(q, gradientChanges[i], -factors[i]);
  }
  const r = scaled(q, scale);
  for (let i = 0; i < changes.length; i++) {
    const back = dot(gradientChanges[i], r) * reciprocals[i];
    addTo(r, changes[i], factors[i] - back);
  }
  return r;
}
