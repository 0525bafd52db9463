/** A task's submission as a command line. */
import type { TaskView } from "../../../schema.ts";

/** Labels of this prefix are the scheduler's own. */
const OWN_LABELS = "dtask.";

/**
 * A command that submits the same task once more. The token is left to the environment: what is copied
 * ends up in histories and chats.
 */
export function curlText(task: TaskView, { origin, open }: {
  readonly origin: string;
  /** True where the node asks for no token. */
  readonly open: boolean;
}): string {
  const body = JSON.stringify(submissionOf(task));
  return [
    `curl -X POST ${quoted(`${origin}/api/tasks`)}`,
    ...(open ? [] : ['-H "authorization: Bearer $DTASK_TOKEN"']),
    "-H 'content-type: application/json'",
    `-d ${quoted(body)}`,
  ].join(" \\\n  ");
}

function submissionOf(task: TaskView): Record<string, unknown> {
  const {
    method,
    args,
    queue,
    priority,
    timeoutMs,
    concurrencyKey,
    maxAttempts,
  } = task;
  const labels = Object.entries(task.labels).filter(([name]) => !name.startsWith(OWN_LABELS));
  return {
    method,
    args: args ?? [],
    queue,
    ...(priority === 0 ? {} : { priority }),
    timeoutMs,
    retry: { maxAttempts },
    ...(concurrencyKey === null ? {} : { concurrencyKey }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

/** `text` as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
