import { bools, floats, integers, mixed } from "../../testing/model.ts";
import { expectOperators, type Sample } from "../../testing/operator-samples.ts";
import { elementwise } from "./elementwise.ts";

const x = mixed([2, 3]);
const image = mixed([2, 4, 5, 6]);
const unary = (...shifts: readonly number[]): Sample[] => shifts.map((shift) => ({ in: [mixed([2, 3], 0.9, shift)] }));
const wholes: Sample = { in: [integers([4], 7, -7, 9, 5), integers([4], 2, 2, -4, 3)] };
const pair: Sample[] = [{ in: [x, mixed([3], 1.3)] }, { in: [mixed([2, 1, 3]), mixed([4, 1], 1.1)] }];
const logical: Sample[] = [{ in: [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)] }];
const compared: Sample[] = [{ in: [floats([4], 1, 2, 3, NaN), floats([4], 2, 2, 1, NaN)] }, wholes];

expectOperators(elementwise, {
  Abs: unary(0),
  Neg: unary(0),
  Sign: unary(0),
  Floor: unary(0.5),
  Ceil: unary(0.5),
  Round: [{ in: [floats([6], 0.5, 1.5, -0.5, 2.4, -2.6, 3)] }],
  Sqrt: unary(1),
  Exp: unary(0),
  Log: unary(1),
  Sin: unary(0),
  Cos: unary(0),
  Tan: unary(0),
  Asin: unary(0),
  Acos: unary(0),
  Atan: unary(0),
  Sinh: unary(0),
  Cosh: unary(0),
  Tanh: unary(0),
  Asinh: unary(0),
  Acosh: unary(2),
  Atanh: unary(0),
  Erf: unary(0),
  Reciprocal: unary(2),
  Sigmoid: unary(0),
  Relu: unary(0),
  Softplus: [{ in: [floats([4], -50, 0, 1, 60)] }],
  Softsign: unary(0),
  HardSwish: [{ in: [floats([4], -4, -1, 1, 4)] }],
  Mish: unary(0),
  Not: [{ in: [bools([2], 0, 1)] }],
  BitwiseNot: [{ in: [integers([3], 0, -1, 12)] }],
  IsNaN: [{ in: [floats([3], NaN, 1, Infinity)] }],
  IsInf: [
    { in: [floats([3], -Infinity, 1, Infinity)] },
    { in: [floats([3], -Infinity, 1, Infinity)], attributes: { detect_negative: 0 } },
  ],
  Identity: unary(0),
  Elu: [{ in: [x], attributes: { alpha: { float: 0.7 } } }],
  Selu: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 1.1 }, gamma: { float: 0.9 } } }],
  Celu: [{ in: [x], attributes: { alpha: { float: 0.7 } } }],
  LeakyRelu: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 0.3 } } }],
  ThresholdedRelu: [{ in: [x], attributes: { alpha: { float: 0.4 } } }],
  HardSigmoid: [{ in: [x] }, { in: [x], attributes: { alpha: { float: 0.4 }, beta: { float: 0.3 } } }],
  Shrink: [{ in: [x] }, { in: [x], attributes: { bias: { float: 0.2 }, lambd: { float: 0.8 } } }],
  Gelu: [
    { in: [x], opset: 20 },
    { in: [x], opset: 20, attributes: { approximate: "tanh" } },
  ],
  PRelu: [
    { in: [x], constants: [floats([1], 0.25)] },
    { in: [image], constants: [floats([4, 1, 1], 0.1, 0.2, 0.3, 0.4)] },
  ],
  Clip: [
    { in: [x], constants: [floats([], -0.5), floats([], 0.75)] },
    { in: [x], constants: [null, floats([], 0.75)] },
    { in: [x], attributes: { max: { float: 0.5 } }, opset: 6 + 4 },
  ],
  Cast: [
    { in: [x], attributes: { to: 7 } },
    { in: [x], attributes: { to: 9 } },
    { in: [bools([2], 0, 1)], attributes: { to: 1 } },
  ],
  CastLike: [{ in: [x, integers([1], 1)], opset: 19 }],
  Dropout: [{ in: [x] }],
  Add: pair,
  Sub: pair,
  Mul: pair,
  Div: [...pair, wholes],
  Pow: [
    { in: [mixed([2, 3], 0.4, 1), floats([3], 2, 0.5, -1)] },
    { in: [mixed([2, 3], 0.4, 1), integers([3], 2, 3, 0)] },
  ],
  Mod: [
    wholes,
    { in: [mixed([4], 3), mixed([4], 1)], attributes: { fmod: 1 } },
    { ...wholes, attributes: { fmod: 1 } },
  ],
  And: logical,
  Or: logical,
  Xor: logical,
  BitwiseAnd: [wholes],
  BitwiseOr: [wholes],
  BitwiseXor: [wholes],
  Equal: compared,
  Less: compared,
  LessOrEqual: compared,
  Greater: compared,
  GreaterOrEqual: compared,
  Where: [{ in: [bools([2, 1], 1, 0), x, mixed([3], 1)] }],
  Max: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Min: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Sum: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
  Mean: [{ in: [x, mixed([3], 1), floats([1], 0.1)] }],
});
