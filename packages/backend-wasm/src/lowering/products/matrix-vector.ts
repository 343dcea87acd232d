/**
 * Products of a matrix and a vector, of float32. Each sum has four partial ones: step k of the depth belongs to number
 * k modulo 4, but the last steps, fewer than four, are multiplied and added apart. So it is the same sum whether the
 * matrix lies row by row (`dots`: partial sums are the lanes of a vector) or column by column (`sums`: a vector holds
 * neighbouring results).
 */
import type { FunctionBody } from "../../assembler/module.ts";
import type { Plain } from "../../assembler/opcodes.ts";
import type { Features } from "../../features.ts";
import { at, instructionsOf, MicrokernelWriter } from "./microkernel.ts";

const partial = 4;

/** to := a + b */
function addInto(w: MicrokernelWriter, name: Plain, to: number, a: number, b: number): void {
  w.get(a);
  w.get(b);
  w.code.op(name);
  w.set(to);
}

/** results[i] (+)= Σ left[i, k] · right[k], where both are neighbours along k. */
export function dotsBody(features: Features): FunctionBody {
  const vector = instructionsOf("f32", features);
  const w = new MicrokernelWriter();
  const { code } = w;
  const most = 8;
  const rows = w.locals("i32", most);
  const sums = w.locals("v128", most);
  const tails = w.locals("f32", most);
  const right = w.local("v128");
  const left = w.local("v128");
  const total = w.local("v128");
  const mixed = w.locals("v128", partial);
  const turned = w.locals("v128", partial);
  const rightNow = w.local("i32");
  const steps = w.local("i32");
  const rest = w.local("i32");
  w.get(at.depth);
  code.i32(partial - 1);
  code.op("i32.and");
  w.set(rest);

  /** Sets `total` to the sums of four rows; of one row, in every lane. */
  const combine = (first: number, count: number): void => {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => sums[first + Math.min(i, count - 1)]);
    const [p, q, r, s] = mixed;
    // A transposition: then each vector holds one partial sum of every row.
    w.shuffle(p, [0, 4, 1, 5], a, b);
    w.shuffle(q, [2, 6, 3, 7], a, b);
    w.shuffle(r, [0, 4, 1, 5], c, d);
    w.shuffle(s, [2, 6, 3, 7], c, d);
    const [t, u, x, y] = turned;
    w.shuffle(t, [0, 1, 4, 5], p, r);
    w.shuffle(u, [2, 3, 6, 7], p, r);
    w.shuffle(x, [0, 1, 4, 5], q, s);
    w.shuffle(y, [2, 3, 6, 7], q, s);
    addInto(w, vector.add, t, t, u);
    addInto(w, vector.add, x, x, y);
    addInto(w, vector.add, total, t, x);
  };

  const section = (count: number): void => {
    for (let i = 0; i < count; i++) {
      w.zero(sums[i], "v128");
      w.copy(rows[i], i === 0 ? at.left : rows[i - 1]);
      if (i > 0) w.advance(rows[i], at.leftRow);
    }
    w.copy(rightNow, at.right);
    w.copy(steps, at.depth);
    const turn = (turns: number) => (): void => {
      for (let n = 0; n < turns; n++) {
        w.load(right, "v128.load", rightNow, 16 * n);
        for (let i = 0; i < count; i++) {
          w.load(left, "v128.load", rows[i], 16 * n);
          w.multiplyAdd(vector, sums[i], left, right);
        }
      }
      for (let i = 0; i < count; i++) w.add(rows[i], 16 * turns);
      w.add(rightNow, 16 * turns);
    };
    w.whileAtLeast(steps, 2 * partial, turn(2));
    w.whileAtLeast(steps, partial, turn(1));
    w.branch(rest, () => {
      for (let i = 0; i < count; i++) w.zero(tails[i], "f32");
      w.whileAtLeast(steps, 1, () => {
        for (let i = 0; i < count; i++) {
          w.get(tails[i]);
          w.get(rows[i]);
          code.memory("f32.load");
          w.get(rightNow);
          code.memory("f32.load");
          code.op("f32.mul");
          code.op("f32.add");
          w.set(tails[i]);
          w.add(rows[i], 4);
        }
        w.add(rightNow, 4);
      });
    });
    for (let first = 0; first < count; first += 4) {
      const here = Math.min(4, count - first);
      combine(first, here);
      w.branch(rest, () => {
        w.get(total);
        w.get(tails[first]);
        code.op("f32x4.splat");
        for (let i = 1; i < here; i++) {
          w.get(tails[first + i]);
          code.lane("f32x4.replace_lane", i);
        }
        code.op(vector.add);
        w.set(total);
      });
      const store = (added: boolean) => (): void => {
        w.get(at.result);
        w.get(total);
        if (added) {
          w.get(at.result);
          code.memory(here === 4 ? "v128.load" : "v128.load32_splat", 4 * first);
          code.op(vector.add);
        }
        if (here === 4) code.memory("v128.store", 4 * first);
        else code.memoryLane("v128.store32_lane", 0, 4 * first);
      };
      w.branch(at.first, store(false), store(true));
    }
    w.add(at.result, 4 * count);
    for (let i = 0; i < count; i++) w.advance(at.left, at.leftRow);
  };
  w.whileAtLeast(at.count, most, () => section(most));
  w.whileAtLeast(at.count, 4, () => section(4));
  w.whileAtLeast(at.count, 1, () => section(1));
  return w.finish();
}

/** results[c] (+)= Σ left[k] · right[k, c], where the right operand has neighbours along c; up to the end of the last vector. */
export function sumsBody(features: Features): FunctionBody {
  const vector = instructionsOf("f32", features);
  const w = new MicrokernelWriter();
  const { code } = w;
  const most = 12;
  const sums = Array.from({ length: most }, () => w.locals("v128", partial));
  const tails = w.locals("v128", most);
  const left = w.local("v128");
  const right = w.local("v128");
  const leftNow = w.local("i32");
  const rightNow = w.local("i32");
  const leftRound = w.local("i32");
  const rightRound = w.local("i32");
  const steps = w.local("i32");
  const rest = w.local("i32");
  w.get(at.depth);
  code.i32(partial - 1);
  code.op("i32.and");
  w.set(rest);
  for (let n = 0; n < partial; n++) {
    w.advance(leftRound, at.leftStep);
    w.advance(rightRound, at.rightStep);
  }

  const section = (vectors: number, together: number): void => {
    const each = Array.from({ length: vectors }, (_, v) => v);
    for (const v of each) for (const sum of sums[v]) w.zero(sum, "v128");
    const step = (use: (v: number) => void, leftBy: number = at.leftStep, rightBy: number = at.rightStep): void => {
      w.load(left, "v128.load32_splat", leftNow);
      for (const v of each) {
        w.load(right, "v128.load", rightNow, 16 * v);
        use(v);
      }
      w.advance(leftNow, leftBy);
      w.advance(rightNow, rightBy);
    };
    // The last round ends where the rest of the depth begins.
    for (let first = partial - together; first >= 0; first -= together) {
      w.copy(leftNow, at.left);
      w.copy(rightNow, at.right);
      w.copy(steps, at.depth);
      for (let n = 0; n < first; n++) {
        w.advance(leftNow, at.leftStep);
        w.advance(rightNow, at.rightStep);
      }
      const by = together === partial ? [] : [leftRound, rightRound];
      w.whileAtLeast(steps, partial, () => {
        for (let k = 0; k < together; k++) step((v) => w.multiplyAdd(vector, sums[v][first + k], left, right), ...by);
      });
    }
    for (const v of each) {
      const [a, b, c, d] = sums[v];
      addInto(w, vector.add, a, a, b);
      addInto(w, vector.add, c, c, d);
      addInto(w, vector.add, a, a, c);
    }
    w.branch(rest, () => {
      for (const v of each) w.zero(tails[v], "v128");
      w.whileAtLeast(steps, 1, () => {
        step((v) => {
          w.get(tails[v]);
          w.get(left);
          w.get(right);
          code.op(vector.mul);
          code.op(vector.add);
          w.set(tails[v]);
        });
      });
      for (const v of each) addInto(w, vector.add, sums[v][0], sums[v][0], tails[v]);
    });
    const store = (added: boolean) => (): void => {
      for (const v of each) {
        w.get(at.result);
        w.get(sums[v][0]);
        if (added) {
          w.get(at.result);
          code.memory("v128.load", 16 * v);
          code.op(vector.add);
        }
        code.memory("v128.store", 16 * v);
      }
    };
    w.branch(at.first, store(false), store(true));
    w.add(at.result, 16 * vectors);
    w.add(at.right, 16 * vectors);
  };
  for (const [vectors, together] of [
    [most, 1],
    [3, partial],
    [1, partial],
  ])
    w.whileAtLeast(at.count, 4 * vectors, () => section(vectors, together), 4 * vectors - 3);
  return w.finish();
}
