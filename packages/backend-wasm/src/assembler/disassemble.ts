import type { Code } from "./code.ts";
import { instructionNamed } from "./opcodes.ts";

const typeNames: Readonly<Record<number, string>> = { 127: "i32", 126: "i64", 125: "f32", 124: "f64", 123: "v128" };

/** Reads numbers of the binary format. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.byte());
  }

  unsigned(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
  }

  signed(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, result);
    }
  }

  float32(): number {
    this.at += 4;
    return this.#view.getFloat32(this.at - 4, true);
  }

  float64(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }
}

const place = (reader: Reader): string => {
  reader.unsigned();
  const offset = reader.unsigned();
  return offset === 0 ? "" : ` offset=${offset}`;
};

function special(name: string, reader: Reader): string {
  switch (name) {
    case "block":
    case "loop":
    case "if": {
      const type = typeNames[reader.byte()];
      return type === undefined ? "" : ` (result ${type})`;
    }
    case "call_indirect": {
      const type = reader.unsigned();
      reader.unsigned();
      return ` (type ${type})`;
    }
    case "i32.const":
    case "i64.const":
      return ` ${reader.signed()}`;
    case "f32.const":
      return ` ${reader.float32()}`;
    case "f64.const":
      return ` ${reader.float64()}`;
    case "v128.const": {
      const bytes = reader.bytes(16).map((byte) => byte.toString(16).padStart(2, "0"));
      const words = [0, 4, 8, 12].map(
        (at) =>
          `0x${bytes
            .slice(at, at + 4)
            .reverse()
            .join("")}`,
      );
      return ` i32x4 ${words.join(" ")}`;
    }
    case "i8x16.shuffle":
      return ` ${reader.bytes(16).join(" ")}`;
    case "memory.copy":
      reader.bytes(2);
      return "";
    case "memory.fill":
    case "atomic.fence":
      reader.byte();
      return "";
    default:
      return "";
  }
}

/** Instructions as text, one a line, indented by their nesting. Throws on an opcode that the assembler does not have. */
export function disassemble(code: Code): string {
  const reader = new Reader(code.bytes.view);
  const lines: string[] = [];
  let depth = 0;
  while (!reader.done) {
    const at = reader.at;
    const first = reader.byte();
    const prefix = first >= 0xfc ? first : 0;
    const found = instructionNamed(prefix, prefix === 0 ? first : reader.unsigned());
    if (!found) throw new Error(`no instruction has the opcode at byte ${at}`);
    const { name, immediates } = found;
    if (name === "end" || name === "else") depth--;
    let text = name;
    if (immediates === "index") text += ` ${reader.unsigned()}`;
    else if (immediates === "memory") text += place(reader);
    else if (immediates === "lane") text += ` ${reader.byte()}`;
    else if (immediates === "memoryLane") text += `${place(reader)} ${reader.byte()}`;
    else if (immediates === "special") text += special(name, reader);
    lines.push("  ".repeat(depth) + text);
    if (name === "block" || name === "loop" || name === "if" || name === "else") depth++;
  }
  return lines.join("\n");
}
