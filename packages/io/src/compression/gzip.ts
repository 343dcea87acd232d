/** Files of gzip: https://www.rfc-editor.org/rfc/rfc1952 */
import { FormatError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { decodeDeflate, mostDistance } from "./deflate.ts";
import { Length, unpackInParts } from "./output.ts";

const damaged = (): FormatError => new FormatError("a compressed part (gzip) is damaged");

const magic = [0x1f, 0x8b, 8];
const fixedLength = 10;
const flags = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };
/** The checksum and the length of a member's content. */
const endLength = 8;

/**
 * Unpacks members one after the other, each of which is compared with its checksum.
 *
 * @throws FormatError for what is damaged.
 */
export function* gunzipInParts(packed: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  // Zeros may fill it up.
  do {
    const start = contentStart(packed, view, at);
    const { end, length } = outline(packed.subarray(start));
    at = start + end + endLength;
    if (at > packed.length) throw damaged();
    let sum = 0;
    for (const part of unpackInParts(decodeDeflate, packed.subarray(start, start + end), mostDistance, length, true)) {
      sum = crc32(part, sum);
      yield part;
    }
    if (view.getUint32(at - 8, true) !== sum || view.getUint32(at - 4, true) !== length % 2 ** 32) throw damaged();
  } while (at < packed.length && packed[at] !== 0);
}

function outline(packed: Uint8Array): { readonly end: number; readonly length: number } {
  const length = new Length();
  const { done, value: end } = decodeDeflate(packed, length).next();
  if (done !== true) throw new Error("a decoder paused where there is room");
  return { end, length: length.made };
}

function contentStart(packed: Uint8Array, view: DataView, start: number): number {
  if (start + fixedLength > packed.length || magic.some((byte, i) => packed[start + i] !== byte)) throw damaged();
  const has = packed[start + 3];
  let at = start + fixedLength;
  const text = (): void => {
    const end = packed.indexOf(0, at);
    if (end < 0) throw damaged();
    at = end + 1;
  };
  if (has & flags.reserved) throw damaged();
  if (has & flags.extra) {
    if (at + 2 > packed.length) throw damaged();
    at += 2 + view.getUint16(at, true);
  }
  if (has & flags.name) text();
  if (has & flags.comment) text();
  if (has & flags.headerChecksum) {
    if (at + 2 > packed.length || view.getUint16(at, true) !== (crc32(packed.subarray(start, at)) & 0xffff))
      throw damaged();
    at += 2;
  }
  if (at > packed.length) throw damaged();
  return at;
}
