import type { ComponentChildren } from "preact";
import { curvePath } from "./curve-path.ts";
import { Figure, type LegendEntry } from "./figure.tsx";
import { type Domain, niceDomain, scale, ticks, tickText } from "./scale.ts";
import { useWidth } from "./use-width.ts";

/** A curve through points whose x grows; NaN interrupts it. */
export interface Series {
  readonly name: string;
  /** A colour of CSS, such as `var(--accent)`. */
  readonly color: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
  /** Also draws each point, with this radius, in pixels, one for all or one each. */
  readonly dots?: number | ArrayLike<number>;
}

export interface LineChartProps {
  /** The heading above. */
  readonly title: string;
  /** What the chart shows, in a sentence, for those who do not see it. */
  readonly description: string;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Default: what the points need, to round numbers. */
  readonly xDomain?: Domain;
  readonly yDomain?: Domain;
  /** In pixels; default 220. The width is what there is. */
  readonly height?: number;
  /** Draws the diagonal from corner to corner. */
  readonly diagonal?: boolean;
  /** Vertical lines, with a few words each. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
  /** What stands in place of the legend. */
  readonly aside?: ComponentChildren;
  /** What an empty chart says; it is shown while no series has a point. */
  readonly empty?: string;
}

const [left, right, top, bottom] = [46, 10, 8, 34];

/** Curves over axes, as SVG. */
export function LineChart(props: LineChartProps) {
  const {
    title,
    description,
    series,
    xLabel,
    yLabel,
    height = 220,
    diagonal = false,
    marks = [],
    aside,
    empty,
  } = props;
  const [plot, width] = useWidth<HTMLDivElement>();
  const xDomain = props.xDomain ?? niceDomain(series.flatMap(({ x }) => [x[0], x[x.length - 1]]));
  const yDomain = props.yDomain ?? niceDomain(everyY(series));
  const x = scale(xDomain, left, width - right);
  const y = scale(yDomain, height - bottom, top);
  const blank = series.every((one) => one.x.length === 0);
  const legend: LegendEntry[] = series.map(({ name, color }) => ({ name, color }));
  return (
    <Figure title={title} aside={aside} legend={series.length > 1 ? legend : []}>
      <div class="plot" ref={plot} style={{ height: `${height}px` }}>
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={description}>
            {ticks(yDomain, height > 160 ? 5 : 3).map((value) => (
              <g key={value}>
                <line class="grid" x1={left} x2={width - right} y1={y(value)} y2={y(value)} />
                <text x={left - 6} y={y(value)} dy="0.35em" text-anchor="end">
                  {tickText(value)}
                </text>
              </g>
            ))}
            {ticks(xDomain, Math.max(2, Math.min(6, width / 80))).map((value) => (
              <text
                key={value}
                x={Math.min(x(value), width - right)}
                y={height - bottom + 14}
                text-anchor={x(value) > width - right - 14 ? "end" : "middle"}
              >
                {tickText(value)}
              </text>
            ))}
            <path class="axis" d={`M${left} ${height - bottom}H${width - right}`} />
            <text x={width - right} y={height - 4} text-anchor="end">
              {`${xLabel} →`}
            </text>
            <text x={left} y={height - 4}>
              {`↑ ${yLabel}`}
            </text>
            {diagonal && (
              <path
                d={`M${x(xDomain.from)} ${y(yDomain.from)}L${x(xDomain.to)} ${y(yDomain.to)}`}
                stroke="var(--control)"
                stroke-dasharray="3 4"
              />
            )}
            {marks.map((mark, i) => (
              <g key={`${mark.x} ${mark.text}`}>
                <line
                  x1={x(mark.x)}
                  x2={x(mark.x)}
                  y1={top}
                  y2={height - bottom}
                  stroke="var(--control)"
                  stroke-dasharray="2 3"
                />
                <text
                  x={x(mark.x) + (x(mark.x) > width * 0.8 ? -4 : 4)}
                  y={top + 9 + 12 * (i % 3)}
                  text-anchor={x(mark.x) > width * 0.8 ? "end" : "start"}
                >
                  {mark.text}
                </text>
              </g>
            ))}
            {series.map((one) => (
              <Curve key={one.name} series={one} x={x} y={y} columns={width - left - right} />
            ))}
          </svg>
        )}
        {blank && empty !== undefined && <p class="empty">{empty}</p>}
      </div>
    </Figure>
  );
}

interface CurveProps {
  readonly series: Series;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly columns: number;
}

function Curve({ series, x, y, columns }: CurveProps) {
  const { color, dashed = false, dots } = series;
  return (
    <g>
      <path
        d={curvePath(series.x, series.y, x, y, columns)}
        fill="none"
        stroke={color}
        stroke-width="1.75"
        stroke-linejoin="round"
        stroke-linecap="round"
        stroke-dasharray={dashed ? "5 4" : undefined}
      />
      {dots !== undefined &&
        Array.from(series.x, (value, i) =>
          Number.isFinite(series.y[i]) ? (
            <circle
              key={value}
              cx={x(value)}
              cy={y(series.y[i])}
              r={typeof dots === "number" ? dots : dots[i]}
              fill={color}
            />
          ) : null,
        )}
    </g>
  );
}

function* everyY(series: readonly Series[]): Generator<number> {
  for (const { y } of series) for (let i = 0; i < y.length; i++) yield y[i];
}
