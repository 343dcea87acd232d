/** Files that are nearly nothing but what takes much more memory in JavaScript than in them, and are refused at their end. */
import { joined } from "../joined.ts";
import { latin1, pickledTensor, pickleFile } from "./pickle-file.ts";

/** A pickle of a list of as many pieces as fit. */
function listOf(size: number, piece: string, last: string, before = ""): Uint8Array {
  const bytes = latin1(piece);
  const count = Math.floor(size / bytes.length);
  const pieces = new Uint8Array(count * bytes.length);
  for (let i = 0; i < count; i++) pieces.set(bytes, i * bytes.length);
  return joined([latin1(`${before}(`), pieces, latin1(`${last}l.`)]);
}

const posix = "cposix\nsystem\n";
const ordered = "ccollections\nOrderedDict\nq\x000";
const zero = new Uint8Array(4);

const damaged = async (size: number): Promise<Uint8Array> => {
  const tensor = pickledTensor({ numel: 1, size: [1], stride: [1] });
  const bytes = await pickleFile(listOf(size, "]\x94", tensor), { 0: Uint8Array.of(0xab, 0xcd, 0xef, 0x12) });
  const at = Buffer.from(bytes).indexOf(Buffer.of(0xab, 0xcd, 0xef, 0x12));
  bytes[at] ^= 1;
  return bytes;
};

export const hostilePickles: Readonly<Record<string, (size: number) => Promise<Uint8Array>>> = {
  "empty lists": (size) => pickleFile(listOf(size, "]\x94", posix)),
  "empty dictionaries": (size) => pickleFile(listOf(size, "}\x94", posix)),
  "empty sets": (size) => pickleFile(listOf(size, "\x8f\x94", posix)),
  "dictionaries of one item": (size) => pickleFile(listOf(size, "}K\x01Ns", posix)),
  tuples: (size) => pickleFile(listOf(size, "N\x85", posix)),
  "tuples in tuples": (size) => pickleFile(listOf(size, `N${"\x85N\x86".repeat(20)}`, posix)),
  numbers: (size) => pickleFile(listOf(size, "G\0\0\0\0\0\0\0\x01", posix)),
  "None only": (size) => pickleFile(listOf(size, "N", posix)),
  texts: (size) => pickleFile(listOf(size, "U\x02ab", posix)),
  bytes: (size) => pickleFile(listOf(size, "C\x01a", posix)),
  // Calls take their time.
  "dictionaries that calls make": (size) => pickleFile(listOf(size / 2, "h\0)R", posix, ordered)),
  "tensors that calls make": (size) =>
    pickleFile(
      listOf(
        size / 2,
        "h\x02(h\x03K\0)\x29\x89h\0)RtR",
        posix,
        `${ordered}ctorch._utils\n_rebuild_tensor_v2\nq\x020(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQq\x030`,
      ),
      { 0: zero },
    ),
  "lists, and a storage that is missing": (size) =>
    pickleFile(listOf(size, "]\x94", pickledTensor({ numel: 1, size: [1], stride: [1] }))),
  "lists, and a damaged storage": damaged,
  "lists, nested too deep": (size) => pickleFile(listOf(size, "]\x94", `${"]".repeat(2000)}${"a".repeat(1999)}`)),
  "lists, and a storage as a value": (size) =>
    pickleFile(listOf(size, "]\x94", "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ"), {
      0: zero,
    }),
};
