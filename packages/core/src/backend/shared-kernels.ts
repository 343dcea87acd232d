/**
 * Kernels that differ only in constants of their positions (the step of a sequence, the part of a matrix) become one, which gets
 * these as arguments. Compiling is what long programs wait for: so a program of a hundred steps compiles no more than one of ten.
 */
import { mapPositions } from "./positions.ts";
import type { Call, Command, Index, Kernel, Program } from "./program.ts";

/** A program whose last arguments are constants. */
export interface SharingProgram {
  readonly program: Program;
  /** Values of the arguments from `program.arguments − constants.length` on. */
  readonly constants: readonly number[];
}

/** A kernel, and the constants of its positions in the order in which `withPlaces` comes to them. */
interface Twin {
  readonly kernel: Kernel;
  readonly constants: readonly number[];
}

/** @param fewest so many kernels become one; default 2. */
export function withSharedKernels(program: Program, fewest = 2): SharingProgram {
  const constants: number[] = [];
  const slots = new Map<number, number>();
  const slotOf = (value: number): number => {
    const slot = slots.get(value) ?? program.arguments + constants.push(value) - 1;
    slots.set(value, slot);
    return slot;
  };
  const shared = new Map<string, { readonly kernel: Kernel; readonly slots: readonly number[] }>();
  for (const [text, twins] of twinsOf(program, fewest)) {
    if (twins.length < fewest) continue;
    const [first] = twins;
    const differs = first.constants.map((value, i) => twins.some((other) => other.constants[i] !== value));
    const kernel = withArguments(first, differs, text);
    for (const { kernel: one, constants: own } of twins)
      shared.set(one.key, { kernel, slots: own.filter((_, i) => differs[i]).map(slotOf) });
  }
  if (shared.size === 0) return { program, constants };
  const commands = program.commands.map((command): Command => {
    const found = shared.get(command.kernel.key);
    if (found === undefined) return command;
    const calls = command.calls.map((call): Call => ({ ...call, arguments: [...call.arguments, ...found.slots] }));
    return { kernel: found.kernel, calls };
  });
  return { program: { ...program, commands, arguments: program.arguments + constants.length }, constants };
}

/** Kernels of a program by their texts without those constants. Texts take time: what cannot be `fewest` alike has none. */
function twinsOf({ commands }: Program, fewest: number): ReadonlyMap<string, readonly Twin[]> {
  const kernels = [...new Map(commands.map(({ kernel }) => [kernel.key, kernel])).values()];
  const counts = new Map<string, number>();
  for (const kernel of kernels) counts.set(outlineOf(kernel), (counts.get(outlineOf(kernel)) ?? 0) + 1);
  const twins = new Map<string, Twin[]>();
  for (const kernel of kernels) {
    if (Number(counts.get(outlineOf(kernel))) < fewest) continue;
    const constants: number[] = [];
    const open = withPlaces(kernel, (value) => {
      constants.push(value);
      return { kind: "argument", slot: kernel.arguments + constants.length - 1 };
    });
    const text = textOf(open);
    const others = twins.get(text);
    if (others === undefined) twins.set(text, [{ kernel, constants }]);
    else others.push({ kernel, constants });
  }
  return twins;
}

/** Equal for kernels that may have the same text. */
const outlineOf = ({ kind, axes, operands, arguments: given, ...own }: Kernel): string =>
  [kind, axes, operands.length, given, "body" in own && own.body.length].join();

/** The kernel that has arguments in place of the constants that differ. */
function withArguments({ kernel, constants }: Twin, differs: readonly boolean[], text: string): Kernel {
  let [next, place] = [kernel.arguments, 0];
  const open = withPlaces(kernel, (value) =>
    differs[place++] ? { kind: "argument", slot: next++ } : { kind: "constant", value },
  );
  const kept = constants.map((value, i) => (differs[i] ? "" : value));
  return { ...open, arguments: next, key: `with ${kept.join()} in ${text}` };
}

/** The kernel with each position as a sum of what it depends on and what takes the place of its constant. */
const withPlaces = (kernel: Kernel, place: (constant: number) => Index): Kernel =>
  mapPositions(kernel, (index, inside) => {
    let constant = 0;
    const terms: Index[] = [];
    const collect = (part: Index, by: number): void => {
      switch (part.kind) {
        case "constant":
          constant += by * part.value;
          break;
        case "sum":
          collect(part.left, by);
          collect(part.right, by);
          break;
        case "product":
          collect(part.input, by * part.by);
          break;
        default: {
          const input = inside(part);
          terms.push(by === 1 ? input : { kind: "product", input, by });
        }
      }
    };
    collect(index, 1);
    return [...terms, place(constant)].reduce((left, right) => ({ kind: "sum", left, right }));
  });

/** Equal for kernels that do the same, whatever their names; exact for every number. */
function textOf(kernel: Kernel): string {
  const exact = (key: string, value: unknown): unknown => {
    if (key === "key" || key === "name") return undefined;
    if (typeof value === "bigint") return `${value}n`;
    if (Object.is(value, -0)) return "-0";
    return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
  };
  return JSON.stringify(kernel, exact);
}
