/** What is known of a method. */
import { Link } from "wouter";
import type { MethodView } from "../../../schema.ts";
import { type Fact, FactList } from "../../ui/fact_list.tsx";
import { formatDuration } from "../../ui/format.ts";

/** Its settings, as far as its definition says more than the server's defaults. */
export function MethodFacts({ method }: { readonly method: MethodView }) {
  const {
    name,
    aliases,
    mode,
    queue,
    timeoutMs,
    heartbeatTimeoutMs,
    permissions,
  } = method;
  const rights = Object.keys(permissions);
  const facts: readonly Fact[] = [
    ["Queue", queue ?? "default"],
    [
      "Mode",
      mode === "async" ? "async: many at a time" : "blocking: one at a time, isolated",
    ],
    [
      "Timeout of a run",
      timeoutMs === null ? "the server's default" : formatDuration(timeoutMs),
    ],
    ...(heartbeatTimeoutMs === null
      ? []
      : [["Heartbeat within", formatDuration(heartbeatTimeoutMs)] as const]),
    ["Retries", retryText(method.retry)],
    ["Rights", rights.length === 0 ? "none" : rights.join(", ")],
    ...(aliases.length === 0 ? [] : [["Also called", aliases.join(", ")] as const]),
    [
      "Tasks",
      <Link key="tasks" href={`/tasks?method=${encodeURIComponent(name)}`}>
        All of this method
      </Link>,
    ],
  ];
  return <FactList facts={facts} />;
}

function retryText(retry: MethodView["retry"]): string {
  const attempts = retry?.["maxAttempts"];
  if (typeof attempts !== "number") return "the server's default";
  return attempts === 1 ? "none" : `${attempts} attempts`;
}
