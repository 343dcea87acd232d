/** Constants in linear memory, each stored once. */
export interface ConstantPool {
  /** Where the bytes lie, a multiple of sixteen. */
  addressOf(bytes: Uint8Array): number;
}
