/** Labels that are words. */
import { type Csv, type CsvOptions, type CsvSource, missingWords, readCsv, TableError } from "@cresset/tabular";

/**
 * A table in which one label has become 1 and the other one 0.
 *
 * @param positive the label that becomes 1.
 * @throws TableError, while rows are read, for a third label; at their end if none was `positive`.
 */
export async function withLabels(
  source: CsvSource | Csv,
  options: CsvOptions,
  target: string,
  positive: string,
): Promise<Csv> {
  const csv = await readCsv(source, options);
  const at = csv.columns.indexOf(target);
  let negative: string | null = null;
  let found = false;

  async function* chunks(): Csv["chunks"] {
    for await (const chunk of csv.chunks) {
      const { lines, unit } = chunk;
      const labelOf = (cell: string, line: number): string => {
        const label = cell.trim();
        // That there is none is for whoever collects the rows to say.
        if (missingWords.includes(label.toLowerCase()) && label !== positive) return cell;
        if (label !== positive) negative ??= label;
        else found = true;
        if (label !== positive && label !== negative)
          throw new TableError(`"${label}" is a third label, besides "${positive}" and "${negative}"`, {
            line,
            column: target,
            ...(unit && { unit }),
          });
        return label === positive ? "1" : "0";
      };
      yield { ...chunk, rows: chunk.rows.map((row, i) => row.with(at, labelOf(row[at] ?? "", lines[i]))) };
    }
    if (!found) throw new TableError(`no label is "${positive}"`, { column: target });
  }

  return at < 0 ? csv : { ...csv, chunks: chunks() };
}
