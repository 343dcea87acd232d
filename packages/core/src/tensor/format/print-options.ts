import { ValueError } from "../../errors.ts";
import { MAX_PRECISION } from "./decimal.ts";

/** How tensors are printed. */
export interface PrintOptions {
  /** Digits after the decimal point. Default 4. */
  readonly precision: number;
  /** Tensors with more elements than this are summarized. Default 1000. */
  readonly threshold: number;
  /** Elements shown at each end of a summarized dimension. Default 3. */
  readonly edgeitems: number;
  /** Characters on a line. Default 80. */
  readonly linewidth: number;
  /** Scientific notation always, never, or (null) where the values call for it. Default null. */
  readonly sciMode: boolean | null;
}

/** PyTorch's named settings; a profile leaves `sciMode` alone. */
export type PrintProfile = "default" | "short" | "full";

const usual = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 };

const profiles: Readonly<Record<PrintProfile, Omit<PrintOptions, "sciMode">>> = {
  default: usual,
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
};

let current: PrintOptions = { ...usual, sciMode: null };

/** The options in force. */
export function getPrintOptions(): PrintOptions {
  return current;
}

/**
 * Changes how tensors are printed: PyTorch's `set_printoptions`. A profile sets everything but `sciMode`, then the
 * other options apply. What is left out keeps its value, except that `sciMode` goes back to automatic, as in PyTorch.
 *
 * @throws ValueError for an unknown profile or an option that is not a count
 * @example setPrintoptions({ precision: 2 })
 * @example setPrintoptions({ profile: "full", sciMode: false })
 */
export function setPrintoptions(options: Partial<PrintOptions> & { readonly profile?: PrintProfile } = {}): void {
  const { profile, sciMode = null, ...changes } = options;
  if (profile !== undefined && !Object.hasOwn(profiles, profile)) {
    throw new ValueError(`setPrintoptions: unknown profile ${profile}; there are default, short and full`);
  }
  const base = profile === undefined ? current : profiles[profile];
  const next: PrintOptions = {
    precision: count("precision", changes.precision ?? base.precision, 0, MAX_PRECISION),
    threshold: count("threshold", changes.threshold ?? base.threshold, 0),
    edgeitems: count("edgeitems", changes.edgeitems ?? base.edgeitems, 1),
    linewidth: count("linewidth", changes.linewidth ?? base.linewidth, 0),
    sciMode,
  };
  current = next;
}

function count(name: string, value: number, least: number, most = Number.POSITIVE_INFINITY): number {
  const whole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (!whole || value < least || value > most) {
    throw new ValueError(`setPrintoptions: ${name} must be an integer from ${least} to ${most}, got ${value}`);
  }
  return value;
}
