export { type BarGroup, Bars, type BarsProps } from "./bars.tsx";
export { Figure, type FigureProps, type LegendEntry } from "./figure.tsx";
export { LineChart, type LineChartProps, type Series } from "./line-chart.tsx";
export { PlaneChart, type PlaneChartProps } from "./plane-chart.tsx";
export { type Domain, niceDomain, scale, ticks, tickText } from "./scale.ts";
export { useDark } from "./use-dark.ts";
export { useWidth } from "./use-width.ts";
