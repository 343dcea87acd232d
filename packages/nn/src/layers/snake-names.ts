/** `weightIhL0Reverse` → `weight_ih_l0_reverse`: PyTorch's names of fields in state dicts and printed modules. */
export function snakeName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
