/** The lines of a log. */
import { memo } from "react";
import { fieldsText, type LogLine } from "../../data/log_lines.ts";
import { formatExactTime, formatTime } from "../../ui/format.ts";

interface LogLinesProps {
  readonly lines: readonly LogLine[];
}

/** In the order in which they were logged; a line that is there is not rendered again. */
export const LogLines = memo(function LogLines({ lines }: LogLinesProps) {
  if (lines.length === 0) {
    return <p className="muted">No line is of this kind.</p>;
  }
  const severalRuns = lines[0]?.run !== lines.at(-1)?.run;
  return (
    <ol>
      {lines.map((line) => (
        <Line key={`${line.run}.${line.line}`} line={line} withRun={severalRuns} />
      ))}
    </ol>
  );
});

interface LineProps {
  readonly line: LogLine;
  readonly withRun: boolean;
}

const Line = memo(function Line({ line, withRun }: LineProps) {
  const at = Date.parse(line.at);
  const fields = fieldsText(line.fields);
  return (
    <li className={`log-line log-${line.level}`}>
      {withRun ? <span className="log-run">run {line.run}</span> : null}
      <time dateTime={line.at} title={formatExactTime(at)}>{formatTime(at)}</time>
      <span className="log-level">{line.level}</span>
      <span className="log-message">
        {line.message}
        {fields === "" ? null : <span className="muted">{fields}</span>}
      </span>
    </li>
  );
});
