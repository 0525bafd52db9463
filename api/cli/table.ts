import type { Paint, Style } from "./paint.ts";

/** One cell: its text, or the text with a style. */
export type Cell = string | { readonly text: string; readonly style: Style };

export interface TableOptions {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Indexes of columns with numbers, which stand to the right. */
  readonly right?: readonly number[];
  readonly paint: Paint;
}

/** Lays rows out in columns as wide as their widest cell. Every line has its end. */
export function formatTable({ head, rows, right = [], paint }: TableOptions): string {
  const widths = head.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, lengthOf(row[column] ?? "")), title.length)
  );
  const line = (cells: readonly Cell[]) => {
    const parts = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      const space = " ".repeat(width - lengthOf(cell));
      const text = typeof cell === "string" ? cell : paint(cell.style, cell.text);
      if (right.includes(column)) return space + text;
      return column === widths.length - 1 ? text : text + space;
    });
    return parts.join("  ").trimEnd() + "\n";
  };
  const title = head.map((text): Cell => ({ text, style: "bold" }));
  return [title, ...rows].map(line).join("");
}

/** Lays names and texts out in two columns. */
export function formatPairs(
  pairs: readonly (readonly [name: string, value: Cell])[],
  paint: Paint,
): string {
  const width = pairs.reduce((widest, [name]) => Math.max(widest, name.length), 0) + 2;
  return pairs.map(([name, cell]) => {
    const text = typeof cell === "string" ? cell : paint(cell.style, cell.text);
    const value = text.replaceAll("\n", "\n" + " ".repeat(width));
    return `${paint("dim", name.padEnd(width))}${value}`.trimEnd() + "\n";
  }).join("");
}

function lengthOf(cell: Cell): number {
  const text = typeof cell === "string" ? cell : cell.text;
  return [...text].length;
}
