import { CressetError } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";

/** What cannot be said in ONNX, or is too large for its files. */
export class OnnxExportError extends CressetError {
  override readonly name: string = "OnnxExportError";
}

/** A model that needs operators which Cresset lacks; it names all of them. */
export class UnsupportedOperatorsError extends FormatError {
  override readonly name: string = "UnsupportedOperatorsError";
  /** Such as "Loop" or, of other domains, "com.microsoft.QLinearAdd"; where a form of one is what lacks, with the reason. */
  readonly operators: readonly string[];

  constructor(operators: readonly string[]) {
    super(
      `this model needs ${operators.length === 1 ? "an operator" : `${operators.length} operators`} that cannot be imported: ${operators.join(", ")}`,
    );
    this.operators = operators;
  }
}
