import type { ComponentChildren } from "preact";

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  /** A point instead of a line. */
  readonly dot?: boolean;
  readonly ring?: boolean;
}

export interface FigureProps {
  readonly title: string;
  readonly legend?: readonly LegendEntry[];
  /** Beside the title, in place of the legend: a number that the chart comes down to. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of every chart: a title, a legend or a number, and the drawing. */
export function Figure({ title, legend = [], aside, children }: FigureProps) {
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        {aside ?? (
          <span class="legend">
            {legend.map(({ name, color, dot = false, ring = false }) => (
              <span key={name}>
                <i class={ring ? "ring" : dot ? "dot" : ""} style={{ "--of": color }} />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      {children}
    </figure>
  );
}
