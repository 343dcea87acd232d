/** Operations as methods of Tensor: from their catalogues, `x.add(y)` is `add(x, y)` and `x.add_(y)` writes it into `x`. */

import { retainsGrad } from "../autograd/hooks.ts";
import { ShapeError } from "../errors.ts";
import { activation } from "../ops/catalogue/activation.ts";
import { binary } from "../ops/catalogue/binary.ts";
import type { Catalogue, CatalogueEntry } from "../ops/catalogue/catalogue.ts";
import { creation } from "../ops/catalogue/creation.ts";
import { indexing } from "../ops/catalogue/indexing.ts";
import { linearAlgebra } from "../ops/catalogue/linalg.ts";
import { random } from "../ops/catalogue/random.ts";
import { reduction } from "../ops/catalogue/reduction.ts";
import { scan } from "../ops/catalogue/scan.ts";
import { shape } from "../ops/catalogue/shape.ts";
import { sorting } from "../ops/catalogue/sort.ts";
import { unary } from "../ops/catalogue/unary.ts";
import type { IndexItem, PlainItem } from "../ops/indexing/items.ts";
import { elementSize, length, nbytes } from "../ops/shape/metadata.ts";
import { matrixH, matrixT, numpyT } from "../ops/shape/permute.ts";
import { unbind } from "../ops/shape/split.ts";
import { argumentError } from "./argument.ts";
import { inPlace } from "./inplace.ts";
import { Tensor } from "./tensor.ts";

type On<E extends CatalogueEntry> = E["on"][number];

/** A form of a function without its first parameter; `unknown` where there is no such form. */
type Form<Rest extends readonly unknown[], Result> = unknown[] extends Rest ? unknown : (...rest: Rest) => Result;

/** A function with its forms (up to four) as a method. `Written` replaces the result. */
type MethodOf<F, Written = never> = F extends {
  (input: never, ...rest: infer A): infer RA;
  (input: never, ...rest: infer B): infer RB;
  (input: never, ...rest: infer C): infer RC;
  (input: never, ...rest: infer D): infer RD;
}
  ? Form<A, Result<RA, Written>> &
      Form<B, Result<RB, Written>> &
      Form<C, Result<RC, Written>> &
      Form<D, Result<RD, Written>>
  : F extends (...all: infer A) => infer R
    ? (...rest: Rest<A>) => Result<R, Written>
    : never;

/** Parameters after the first, of each form of a list like `...sizes: number[] | [number[]]`. */
type Rest<A> = A extends readonly [unknown, ...infer B] ? B : never;

type Result<R, Written> = [Written] extends [never] ? R : Written;

type MethodsOf<C extends Catalogue> = {
  [K in keyof C as "method" extends On<C[K]> ? K : never]: MethodOf<C[K]["fn"]>;
} & {
  [K in keyof C & string as "inplace" extends On<C[K]> ? `${K}_` : never]: MethodOf<C[K]["fn"], Tensor>;
};

type Creation = MethodsOf<typeof creation>;
type Random = MethodsOf<typeof random>;
type Shape = MethodsOf<typeof shape>;
type Activation = MethodsOf<typeof activation>;
type Binary = MethodsOf<typeof binary>;
type Indexing = MethodsOf<typeof indexing>;
type Linalg = MethodsOf<typeof linearAlgebra>;
type Reduction = MethodsOf<typeof reduction>;
type Scan = MethodsOf<typeof scan>;
type Sort = MethodsOf<typeof sorting>;
type Unary = MethodsOf<typeof unary>;

/** The methods of Tensor that are operations. */
export interface TensorMethods
  extends Creation,
    Random,
    Shape,
    Activation,
    Binary,
    Indexing,
    Linalg,
    Reduction,
    Scan,
    Sort,
    Unary {
  /** All dimensions in reverse order: the transpose of a matrix. */
  readonly T: Tensor;
  /** The last two dimensions exchanged. */
  readonly mT: Tensor;
  /** The same, of real numbers. */
  readonly mH: Tensor;
  /** The transpose of a matrix of real numbers. */
  readonly H: Tensor;
  /** Size of the first dimension. @throws ShapeError for a tensor of no dimension. */
  readonly length: number;
  /** Bytes of all elements. */
  readonly nbytes: number;
  /** Bytes of an element. */
  readonly itemsize: number;
  /** Whether `retainGrad` was called on it, if it is no leaf. */
  readonly retainsGrad: boolean;
  /** The rows: what `unbind()` gives. @throws ShapeError for a tensor of no dimension. */
  [Symbol.iterator](): ArrayIterator<Tensor>;
  /** `x[…]`: see the function `index`. With a mask, a promise. */
  index(...items: readonly PlainItem[]): Tensor;
  index(...items: readonly IndexItem[]): Tensor | Promise<Tensor>;
}

declare module "./tensor.ts" {
  interface Tensor extends TensorMethods {}
}

const catalogues: readonly Catalogue[] = [
  creation,
  random,
  shape,
  activation,
  binary,
  indexing,
  linearAlgebra,
  reduction,
  scan,
  sorting,
  unary,
];

const getters = {
  T: numpyT,
  mT: matrixT,
  mH: matrixT,
  H: matrixH,
  length,
  nbytes,
  itemsize: elementSize,
  retainsGrad,
} as const;

type AnyFunction = (...args: unknown[]) => unknown;

function define(name: string, method: (this: Tensor, ...args: unknown[]) => unknown): void {
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}

function rows(this: Tensor): ArrayIterator<Tensor> {
  if (this.ndim === 0) throw new ShapeError("iteration over a 0-d tensor");
  return unbind(this).values();
}

/** Gives Tensor its methods. */
function install(): void {
  Object.defineProperty(Tensor.prototype, Symbol.iterator, { value: rows, writable: true, configurable: true });
  for (const [name, entry] of catalogues.flatMap((catalogue) => Object.entries(catalogue))) {
    const fn = entry.fn as AnyFunction;
    if (entry.on.includes("method")) {
      define(name, function (...args) {
        try {
          return fn(this, ...args);
        } catch (error) {
          throw argumentError(name, args, error);
        }
      });
    }
    if (entry.on.includes("inplace")) {
      const writing = `${name}_`;
      const write = inPlace(writing, fn as (input: Tensor, ...args: readonly unknown[]) => Tensor);
      define(writing, function (...args) {
        try {
          return write(this, ...args);
        } catch (error) {
          throw argumentError(writing, args, error);
        }
      });
    }
  }
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      get(this: Tensor) {
        return get(this);
      },
    });
  }
}

install();
