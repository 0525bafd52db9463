/** A sentence of an explanation, with links to the tasks that it names. */
import { Fragment } from "react";
import { Link } from "wouter";
import { formatExactTime, formatTime } from "../../ui/format.ts";
import { explainParts, type TextPart } from "./explain_text.ts";
import { taskPath } from "./task_links.ts";

interface ExplainedProps {
  readonly text: string;
  /** The task on whose page it stands. */
  readonly own: string;
  readonly names: ReadonlyMap<string, string>;
}

/** The sentence. */
export function Explained({ text, own, names }: ExplainedProps) {
  const parts = explainParts(text, { own, names });
  // The pieces of one text never change places.
  return parts.map((part, at) => <Fragment key={at}>{shown(part)}</Fragment>);
}

function shown(part: TextPart) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "task":
      return <Link href={taskPath(part.id)}>{part.name}</Link>;
    case "code":
      return <code>{part.text}</code>;
    case "time": {
      const at = Date.parse(part.at);
      return <time dateTime={part.at} title={formatExactTime(at)}>{formatTime(at)}</time>;
    }
  }
}
