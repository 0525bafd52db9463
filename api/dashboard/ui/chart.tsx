/** Lines over time, drawn by uPlot in the colours of the theme, and the same as a table in words. */
import { useEffect, useId, useRef, useState } from "react";
import uPlot from "uplot";
import type { ChartLine } from "./chart_line.ts";
import { ChartTable } from "./chart_table.tsx";

interface ChartProps {
  readonly title: string;
  /** Epoch ms, growing. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  readonly height?: number;
}

/** Between marks of time, in seconds: whole minutes, so that their texts are short. */
const MARKS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440].map((minutes) => minutes * 60);

/** The chart, as wide as its place. */
export function Chart({ title, times, lines, format, height = 180 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useThemeChanges();
  const titleId = useId();
  // Lines and colours make a new plot; values alone go into the one that is there.
  const shape = JSON.stringify([
    lines.map(({ label, color, fill }) => [label, color, fill]),
    theme,
  ]);
  const latest = useRef({ times, lines, format });
  latest.current = { times, lines, format };
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(latest, element, height), dataOf(latest.current), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, height]);
  useEffect(() => plot.current?.setData(dataOf({ times, lines })), [times, lines]);
  return (
    <figure className="chart">
      <figcaption id={titleId}>{title}</figcaption>
      <div className="chart-legend" aria-hidden="true">
        {lines.map(({ label, color }) => <Legend key={label} label={label} color={color} />)}
      </div>
      <div
        ref={place}
        className="chart-place"
        role="img"
        aria-label={summary(title, lines, format)}
      />
      <ChartTable title={title} times={times} lines={lines} format={format} />
    </figure>
  );
}

function Legend({ label, color }: Pick<ChartLine, "label" | "color">) {
  return (
    <span>
      <svg className="chart-key" viewBox="0 0 10 10" aria-hidden="true">
        <rect width="10" height="10" rx="2" fill={`var(${color})`} />
      </svg>
      {label}
    </span>
  );
}

interface ChartData {
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
}

function dataOf({ times, lines }: ChartData): uPlot.AlignedData {
  return [times.map((at) => at / 1_000), ...lines.map(({ values }) => [...values])];
}

function optionsOf(
  latest: { readonly current: ChartData & { readonly format: (value: number) => string } },
  element: HTMLElement,
  height: number,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => resolved(element, `var(${name})`);
  const axis = {
    stroke: color("--text-muted"),
    grid: { stroke: color("--border"), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1)] } },
    axes: [
      { ...axis, size: 28, space: 44, incrs: MARKS, values: (_, ticks) => clockTimes(ticks) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => latest.current.format(tick)) },
    ],
    series: [
      {},
      ...latest.current.lines.map((line) => ({
        label: line.label,
        stroke: color(line.color),
        width: 1.5,
        // Where nothing is known beside it, a point would not be seen as a line.
        points: { size: 4, show: (plot: uPlot, line: number) => hasGaps(plot.data[line] ?? []) },
        ...(line.fill === true
          ? { fill: resolved(element, `color-mix(in srgb, var(${line.color}) 14%, transparent)`) }
          : {}),
      })),
    ],
  };
}

/** A colour of the style as a canvas knows it: themes are functions, which it does not. */
function resolved(element: HTMLElement, color: string): string {
  element.style.color = color;
  const found = getComputedStyle(element).color;
  element.style.removeProperty("color");
  return found;
}

function hasGaps(values: ArrayLike<number | null | undefined>): boolean {
  return Array.from(values).includes(null);
}

/** The time of day of the marks of an axis. */
function clockTimes(seconds: readonly number[]): string[] {
  return seconds.map((at) =>
    new Date(at * 1_000).toLocaleTimeString(undefined, {
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
    })
  );
}

/** The chart in words: each line's latest value. */
function summary(title: string, lines: readonly ChartLine[], format: ChartProps["format"]): string {
  const words = lines.map(({ label, values }) => {
    const last = values.findLast((value) => value !== null);
    return `${label} ${last === undefined || last === null ? "unknown" : format(last)}`;
  });
  return `${title}. Now: ${words.join(", ")}.`;
}

/** Another value whenever the page's colours change. */
function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((count) => count + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(changed);
    system.addEventListener("change", changed);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", changed);
      chosen.disconnect();
    };
  }, []);
  return changes;
}
