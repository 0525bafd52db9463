/** The methods: what can be submitted. */
import { useState } from "react";
import type { MethodView } from "../../../schema.ts";
import { useMethods } from "../../data/methods.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { TextInput } from "../../ui/field.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { argumentsText } from "./arguments_text.ts";

const COLUMNS: readonly Column<MethodView>[] = [
  { id: "name", header: "Method", cell: ({ name }) => <strong className="keep">{name}</strong> },
  {
    id: "description",
    header: "Description",
    cell: ({ description }) => description ?? <span className="muted">–</span>,
  },
  {
    id: "arguments",
    header: "Arguments",
    cell: ({ inputSchema }) => <span className="muted">{argumentsText(inputSchema)}</span>,
  },
  {
    id: "queue",
    header: "Queue",
    cell: ({ queue }) => <span className="keep">{queue ?? "default"}</span>,
  },
  {
    id: "mode",
    header: "Mode",
    wideOnly: true,
    cell: ({ mode }) => <span className="keep">{mode}</span>,
  },
];

/** Fewer methods need no search. */
const SEARCH_FROM = 8;

/** The page at `/methods`. */
export function MethodsPage() {
  const methods = useMethods();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const all = methods.data;
  const rows = all?.filter(({ name, description }) =>
    `${name} ${description ?? ""}`.toLowerCase().includes(wanted)
  ).sort((a, b) => a.name < b.name ? -1 : 1);
  return (
    <>
      <PageHeader title="Methods" />
      {all !== undefined && all.length >= SEARCH_FROM
        ? (
          <div className="search-row">
            <TextInput
              label="Search"
              type="search"
              value={search}
              onChange={setSearch}
            />
          </div>
        )
        : null}
      <DataTable
        caption="Methods"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ name }) => name}
        rowLink={({ name }) => `/methods/${encodeURIComponent(name)}`}
        problem={methods.error}
        onRetry={() => methods.refetch()}
        empty={all?.length === 0
          ? (
            <EmptyState title="No method is registered.">
              Methods come from the modules that <code>dtask start --tasks</code> names.
            </EmptyState>
          )
          : <EmptyState title="No method has that in its name or description." />}
      />
    </>
  );
}
