export { Figure, type FigureProps, type LegendEntry } from "./figure.tsx";
export { LineChart, type LineChartProps, type Series } from "./line-chart.tsx";
export { type Domain, niceDomain, scale, ticks, tickText } from "./scale.ts";
export { useWidth } from "./use-width.ts";
