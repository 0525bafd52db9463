/** What stands at an address without a page. */
import { Link } from "wouter";
import { EmptyState } from "../ui/empty_state.tsx";
import { PageHeader } from "../ui/page_header.tsx";

/** Says so, and leads on. */
export function NoSuchPage() {
  return (
    <>
      <PageHeader title="No such page" />
      <EmptyState title="There is nothing at this address.">
        <Link href="/">To the start</Link>
      </EmptyState>
    </>
  );
}
