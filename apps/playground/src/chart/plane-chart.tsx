import { useEffect, useRef } from "preact/hooks";
import { Figure } from "./figure.tsx";
import { type Domain, scale, ticks, tickText } from "./scale.ts";
import { useDark } from "./use-dark.ts";
import { useWidth } from "./use-width.ts";

export interface PlaneChartProps {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xDomain: Domain;
  readonly yDomain: Domain;
  /** Points, with their class, 0 or 1, and 1 for those drawn with a ring. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly labels: Uint8Array;
  readonly rings: Uint8Array;
  /** Probabilities of class 1 in square cells, from the top left corner, `cells` in a row; null: none are known. */
  readonly field: Float32Array | null;
  readonly cells: number;
  readonly height?: number;
}

const [left, right, top, bottom] = [46, 10, 8, 34];

/** Points of two classes over a field of probabilities. */
export function PlaneChart(props: PlaneChartProps) {
  const { title, description, xLabel, yLabel, xDomain, yDomain, height = 220 } = props;
  const [plot, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  const [inner, outer] = [width - left - right, height - top - bottom];
  useEffect(() => {
    if (canvas.current !== null && inner > 0) draw(canvas.current, inner, outer, props);
  });
  const x = scale(xDomain, left, width - right);
  const y = scale(yDomain, height - bottom, top);
  return (
    <Figure
      title={title}
      legend={[
        { name: "class 0", color: "var(--zero)", dot: true },
        { name: "class 1", color: "var(--one)", dot: true },
        { name: "test rows", color: "var(--ink)", ring: true },
      ]}
    >
      <div class="plot" ref={plot} style={{ height: `${height}px` }} data-dark={dark}>
        {width > 0 && (
          <>
            <canvas
              ref={canvas}
              role="img"
              aria-label={description}
              class="field-of-plane"
              style={{ left: `${left}px`, top: `${top}px`, width: `${inner}px`, height: `${outer}px` }}
            />
            <svg width={width} height={height} aria-hidden="true">
              {ticks(yDomain, 4).map((value) => (
                <text key={value} x={left - 6} y={y(value)} dy="0.35em" text-anchor="end">
                  {tickText(value)}
                </text>
              ))}
              {ticks(xDomain, Math.max(2, Math.min(6, width / 80))).map((value) => (
                <text key={value} x={x(value)} y={height - bottom + 14} text-anchor="middle">
                  {tickText(value)}
                </text>
              ))}
              <text x={width - right} y={height - 4} text-anchor="end">
                {`${xLabel} →`}
              </text>
              <text x={left} y={height - 4}>
                {`↑ ${yLabel}`}
              </text>
            </svg>
          </>
        )}
      </div>
    </Figure>
  );
}

type Color = readonly [red: number, green: number, blue: number];

function draw(canvas: HTMLCanvasElement, width: number, height: number, props: PlaneChartProps): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const surface = color("--surface");
  if (props.field === null) {
    context.fillStyle = color("--sunken");
    context.fillRect(0, 0, width, height);
  } else drawField(context, width, height, props.field, props.cells, [color("--zero"), surface, color("--one")]);

  const x = scale(props.xDomain, 0, width);
  const y = scale(props.yDomain, height, 0);
  const radius = props.x.length > 800 ? 2 : 2.75;
  context.lineWidth = 1;
  for (let i = 0; i < props.x.length; i++) {
    context.beginPath();
    context.arc(x(props.x[i]), y(props.y[i]), radius, 0, 2 * Math.PI);
    context.fillStyle = props.labels[i] === 1 ? color("--one") : color("--zero");
    context.fill();
    context.strokeStyle = props.rings[i] === 1 ? color("--ink") : surface;
    context.stroke();
  }
}

/** The field as colours, smoothly between the cells: the middle colour where the probability is one half. */
function drawField(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  field: Float32Array,
  cells: number,
  colors: readonly [string, string, string],
): void {
  const [zero, middle, one] = colors.map((color) => parsed(context, color));
  const image = new ImageData(cells, cells);
  for (const [i, probability] of field.entries()) {
    const away = Math.min(1, Math.abs(2 * probability - 1));
    const of = probability < 0.5 ? zero : one;
    // Pale, so that points stand out; a step at one half shows the boundary itself.
    const weight = 0.1 + 0.38 * away;
    for (let channel = 0; channel < 3; channel++)
      image.data[4 * i + channel] = middle[channel] + weight * (of[channel] - middle[channel]);
    image.data[4 * i + 3] = 255;
  }
  const small = new OffscreenCanvas(cells, cells);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, width, height);
}

/** A colour of CSS. A context gives those that it is set to as #rrggbb. */
function parsed(context: CanvasRenderingContext2D, color: string): Color {
  context.fillStyle = color;
  const number = Number.parseInt(String(context.fillStyle).slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
