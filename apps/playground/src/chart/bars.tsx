import { Figure, type LegendEntry } from "./figure.tsx";

/** Bars that belong together, such as those of one class. */
export interface BarGroup {
  readonly name: string;
  /** Of the width that there is: each from 0 to 1, with the text that stands behind it. */
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly text: string;
    readonly color: string;
  }[];
}

export interface BarsProps {
  /** The heading above. */
  readonly title: string;
  /** What the bars show, in a sentence, for those who do not see them. */
  readonly description: string;
  readonly groups: readonly BarGroup[];
  readonly legend?: readonly LegendEntry[];
}

/** Horizontal bars in groups, for parts of a whole. */
export function Bars({ title, description, groups, legend }: BarsProps) {
  return (
    <Figure title={title} legend={legend}>
      <div class="bars" role="img" aria-label={description}>
        {groups.map(({ name, bars }) => (
          <div class="group" key={name}>
            <span class="name">{name}</span>
            {bars.map((bar) => (
              <span class="bar" key={bar.name}>
                <span class="of">{bar.name}</span>
                <span class="track">
                  <i style={{ width: `${bar.value * 100}%`, background: bar.color }} />
                </span>
                <span class="value">{bar.text}</span>
              </span>
            ))}
          </div>
        ))}
      </div>
    </Figure>
  );
}
