/** What a chart shows, as a table that opens on demand. */
import { useState } from "react";
import type { ChartLine } from "./chart_line.ts";
import { formatTime } from "./format.ts";

interface ChartTableProps {
  readonly title: string;
  /** Epoch ms, growing. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
}

/** The disclosure; its rows are made when it is opened, the newest first. */
export function ChartTable({ title, times, lines, format }: ChartTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="chart-table"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        Table <span className="visually-hidden">of {title}</span>
      </summary>
      {open
        ? (
          <div
            className="chart-table-rows"
            role="region"
            aria-label={`Table of ${title}`}
            tabIndex={0}
          >
            <table>
              <caption className="visually-hidden">{title}</caption>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  {lines.map(({ label }) => <th key={label} scope="col">{label}</th>)}
                </tr>
              </thead>
              <tbody>
                {times.map((at, index) => (
                  <tr key={at}>
                    <th scope="row">{formatTime(at)}</th>
                    {lines.map(({ label, values }) => (
                      <td key={label}>{valueText(values[index], format)}</td>
                    ))}
                  </tr>
                )).reverse()}
              </tbody>
            </table>
          </div>
        )
        : null}
    </details>
  );
}

function valueText(
  value: number | null | undefined,
  format: ChartTableProps["format"],
): string {
  return value === null || value === undefined ? "–" : format(value);
}
