/** A method: what it is, and a form that submits a task of it. */
import { useMethods } from "../../data/methods.ts";
import { useAllowed } from "../../session/session.ts";
import { EmptyState } from "../../ui/empty_state.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { PageProps } from "../pages.ts";
import { MethodFacts } from "./method_facts.tsx";
import { SubmitForm } from "./submit_form.tsx";

/** The page at `/methods/{name}`. */
export function MethodPage({ target }: PageProps) {
  const methods = useMethods();
  const allowed = useAllowed("tasks:write");
  const method = methods.data?.find(({ name, aliases }) =>
    name === target || aliases.includes(target)
  );
  return (
    <>
      <PageHeader
        title={target}
        breadcrumbs={[{ label: "Methods", href: "/methods" }]}
      />
      {methods.error === null ? null : (
        <ProblemNote
          problem={methods.error}
          onRetry={() => methods.refetch()}
        />
      )}
      {methods.data === undefined && methods.error === null
        ? <Skeleton label="the method" />
        : null}
      {methods.data !== undefined && method === undefined
        ? (
          <EmptyState title={`No node knows a method called ${target}.`}>
            Its module may not be loaded yet, or it was renamed.
          </EmptyState>
        )
        : null}
      {method === undefined ? null : (
        <div className="method">
          <div className="section">
            {method.description === null ? null : <p>{method.description}</p>}
            {allowed
              ? (
                <section
                  className="card section"
                  aria-labelledby="submit-heading"
                >
                  <h2 id="submit-heading">Submit a task</h2>
                  <SubmitForm key={method.definition} method={method} />
                </section>
              )
              : null}
          </div>
          <MethodFacts method={method} />
        </div>
      )}
    </>
  );
}
