import type { Code } from "./code.ts";
import { instructions } from "./opcodes.ts";

const typeNames: Readonly<Record<number, string>> = { 127: "i32", 126: "i64", 125: "f32", 124: "f64", 123: "v128" };

/** What follows the opcodes of instructions with such names, a letter for each part; nothing of others. */
const immediatesByName: readonly (readonly [RegExp, string])[] = [
  [/^(block|loop|if)$/, "t"],
  [/^(br|br_if|call|(local|global)\..*)$/, "u"],
  [/^call_indirect$/, "uz"],
  [/^i(32|64)\.const$/, "s"],
  [/^f32\.const$/, "f"],
  [/^f64\.const$/, "d"],
  [/^v128\.const$/, "v"],
  [/^i8x16\.shuffle$/, "l".repeat(16)],
  [/\.store.*_lane$/, "aol"],
  [/_lane$/, "l"],
  [/\.(load|store|atomic)/, "ao"],
];

/**
 * Instructions as text, one a line, indented by their nesting; calls with the names of functions that have one. Throws on
 * an opcode that the assembler does not have.
 */
export function disassemble(code: Code, functions: readonly string[] = []): string {
  const bytes = code.bytes.view;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  /** The place of the next bytes, which it passes. */
  const next = (count: number): number => {
    at += count;
    return at - count;
  };
  const byte = (): number => bytes[next(1)];
  /** A number in LEB128, as it is written and with its sign. */
  const integer = (): { unsigned: bigint; signed: bigint } => {
    let unsigned = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const one = byte();
      unsigned |= BigInt(one & 0x7f) << shift;
      if (one < 0x80) return { unsigned, signed: BigInt.asIntN(Number(shift) + 7, unsigned) };
    }
  };
  const unsigned = (): number => Number(integer().unsigned);
  const hexadecimal = (word: number): string => `0x${word.toString(16).padStart(8, "0")}`;
  const skipped = (): string => {
    next(1);
    return "";
  };
  /** The text of each kind of immediate. */
  const immediate: Readonly<Record<string, () => string>> = {
    a: skipped,
    o() {
      const offset = unsigned();
      return offset === 0 ? "" : ` offset=${offset}`;
    },
    l: () => ` ${byte()}`,
    u: () => ` ${unsigned()}`,
    s: () => ` ${integer().signed}`,
    z: skipped,
    t() {
      const type = typeNames[byte()];
      return type === undefined ? "" : ` (result ${type})`;
    },
    f: () => ` ${view.getFloat32(next(4), true)}`,
    d: () => ` ${view.getFloat64(next(8), true)}`,
    v: () => ` i32x4 ${[0, 1, 2, 3].map(() => hexadecimal(view.getUint32(next(4), true))).join(" ")}`,
  };
  const named = new Map([...instructions].map(([name, { prefix, code }]) => [`${prefix} ${code}`, name]));
  const lines: string[] = [];
  let depth = 0;
  while (at < bytes.length) {
    const start = at;
    const first = byte();
    const name = named.get(first >= 0xfc ? `${first} ${unsigned()}` : `0 ${first}`);
    if (name === undefined) throw new Error(`no instruction has the opcode at byte ${start}`);
    if (name === "end" || name === "else") depth--;
    const kinds = immediatesByName.find(([pattern]) => pattern.test(name))?.[1] ?? "";
    const immediates = [...kinds].map((kind) => immediate[kind]()).join("");
    const callee = name === "call" ? functions[Number(immediates)] : undefined;
    lines.push("  ".repeat(depth) + name + (callee === undefined ? immediates : ` $${callee}`));
    if (/^(block|loop|if|else)$/.test(name)) depth++;
  }
  return lines.join("\n");
}
