/**
 * A list as a real table. The server orders it, so nothing can be sorted here; on a phone each row
 * becomes a card. The first column of a row that leads somewhere holds its link.
 */
import { type ColumnDef, tableFeatures, useTable } from "@tanstack/react-table";
import { type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { ProblemNote } from "./problem_note.tsx";
import { SelectAll, type Selection, SelectRow } from "./row_selection.tsx";
import { Skeleton } from "./skeleton.tsx";

/** A column. */
export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** `end` for numbers. */
  readonly align?: "start" | "end";
  /** Left out where there is little room. */
  readonly wideOnly?: boolean;
}

interface DataTableProps<Row> {
  /** What the list is of, for screen readers. */
  readonly caption: string;
  /** Must stay the same between renderings: a constant, or memoised. */
  readonly columns: readonly Column<Row>[];
  /** Undefined while they are read for the first time. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** Where a row leads; the first column's content becomes the link. */
  readonly rowLink?: (row: Row) => string;
  readonly selection?: Selection;
  /** What went wrong when they were read; older rows stay below it. */
  readonly problem?: unknown;
  readonly onRetry?: () => void;
  /** Shown instead of a table without rows. */
  readonly empty: ReactNode;
}

const features = tableFeatures({});
const NO_ROWS: readonly never[] = [];

/** The table, or what stands in its place. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { caption, rows, problem = null, onRetry, empty } = props;
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} onRetry={onRetry} />}
      {rows === undefined
        ? problem === null ? <Skeleton label={caption} lines={6} /> : null
        : rows.length === 0
        ? empty
        : <Rows {...props} rows={rows} />}
    </>
  );
}

function Rows<Row extends object>(props: DataTableProps<Row>) {
  const { caption, columns, rows = NO_ROWS, rowKey, rowLink, selection } = props;
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<typeof features, Row> => ({
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      })),
    [columns],
  );
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowKey });
  const classOf = new Map(columns.map((column) => [column.id, classNames(column)]));
  const keys = rows.map(rowKey);
  return (
    <table className="table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {selection === undefined ? null : (
              <th className="cell-select">
                <SelectAll keys={keys} selection={selection} />
              </th>
            )}
            {group.headers.map((header) => (
              <th key={header.id} scope="col" className={classOf.get(header.column.id)}>
                <table.FlexRender header={header} />
              </th>
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id} data-selected={selection?.selected.has(row.id)}>
            {selection === undefined ? null : (
              <td className="cell-select">
                <SelectRow rowKey={row.id} selection={selection} />
              </td>
            )}
            {row.getAllCells().map((cell, index) => {
              const { id, columnDef } = cell.column;
              const content = <table.FlexRender cell={cell} />;
              const href = index === 0 ? rowLink?.(row.original) : undefined;
              return (
                <td key={cell.id} className={classOf.get(id)} data-label={columnDef.header}>
                  {href === undefined ? content : <RowLink href={href}>{content}</RowLink>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RowLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return <Link href={href} className="row-link">{children}</Link>;
}

function classNames<Row>({ align, wideOnly }: Column<Row>): string {
  return `${align === "end" ? "cell-end" : ""} ${wideOnly === true ? "cell-wide" : ""}`.trim();
}
