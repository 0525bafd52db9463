/** The tasks that a cause is about: what it waits for, and what takes the room. */
import { Link } from "wouter";
import type { ExplanationView } from "../../../schema.ts";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { DurationText } from "../../ui/time_text.tsx";
import { Explained } from "./explained.tsx";
import { taskPath } from "./task_links.ts";

type Cause = ExplanationView["causes"][number];

/** On whose page a sentence stands, and the names of the tasks that it may speak of. */
interface Place {
  readonly own: string;
  readonly names: ReadonlyMap<string, string>;
}

/** Lists them, each with its link; nothing where the cause is about none. */
export function CauseTasks({ cause, on }: { readonly cause: Cause; readonly on: Place }) {
  const { details } = cause;
  if ("dependencies" in details) return <Upstream details={details} on={on} />;
  if (!("tasks" in details) || details.tasks.length === 0) return null;
  return (
    <>
      <h3>Running in its place</h3>
      <ul className="task-list">
        {details.tasks.map(({ id, method, executor, startedAt }) => (
          <li key={id}>
            <Link href={taskPath(id)}>{id}</Link>
            <span className="muted">
              {method}, for <DurationText from={startedAt} to={null} /> on {executor}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

type UpstreamDetails = Extract<
  Cause,
  { readonly code: "upstream_failed" }
>["details"];

function Upstream({ details, on }: { readonly details: UpstreamDetails; readonly on: Place }) {
  const { dependencies, moreDependencies, roots, truncated } = details;
  return (
    <>
      {roots.length === 0 ? null : (
        <>
          <h3>Where it begins</h3>
          <ul className="task-list">
            {roots.map(({ id, status, sentence }) => (
              <li key={id}>
                <StatusBadge status={status} />
                <Link href={taskPath(id)}>{on.names.get(id) ?? id}</Link>
                <span className="muted">
                  <Explained text={sentence} own={id} names={on.names} />
                </span>
              </li>
            ))}
            {truncated ? <li className="muted">… and further ones upstream.</li> : null}
          </ul>
        </>
      )}
      <h3>Its dependencies in question</h3>
      <ul className="task-list">
        {dependencies.map(({ id, key, status, reason }) => (
          <li key={id}>
            <StatusBadge status={status} reason={reason} />
            <Link href={taskPath(id)}>{key ?? id}</Link>
          </li>
        ))}
        {moreDependencies ? <li className="muted">… and more.</li> : null}
      </ul>
    </>
  );
}
