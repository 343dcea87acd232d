/** Vectors of constants in linear memory, each stored once. */
export interface ConstantPool {
  /** Where the sixteen bytes lie. */
  addressOf(bytes: Uint8Array): number;
}
