const component = ["x", "y", "z", "w"];

/** Word `n` of the call's record, as u32: `record` is the vector where it begins. */
export function parameter(n: number): string {
  return `parameters[record + ${Math.floor(n / 4)}u].${component[n % 4]}`;
}

/** Word `n` of the header. */
export function header(n: number): string {
  return `parameters[0].${component[n]}`;
}
