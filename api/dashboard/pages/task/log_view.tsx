/** What a task's code has logged, as it comes; it stays where one reads. */
import { useLayoutEffect, useRef, useState } from "react";
import type { TaskView } from "../../../schema.ts";
import { filterLines, type HeldLines, type Level, LEVELS, logText } from "../../data/log_lines.ts";
import type { TaskFeed } from "../../data/task_feed.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy_button.tsx";
import { Select, Switch } from "../../ui/field.tsx";
import { formatCount, formatNumber } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { LogLines } from "./log_lines.tsx";
import { hasEnded } from "./task_links.ts";

const ALL_RUNS = "all";
const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  debug: "All levels",
  info: "Info and above",
  warn: "Warnings and errors",
  error: "Errors only",
};

interface LogViewProps {
  readonly task: TaskView;
  readonly feed: TaskFeed;
  /** Shows the lines of earlier runs, too; null where all are shown. */
  readonly onEarlier: (() => void) | null;
}

/** The log with what narrows it. */
export function LogView({ task, feed, onEarlier }: LogViewProps) {
  const { log } = feed;
  const ended = hasEnded(task);
  const [least, setLeast] = useState<Level>("debug");
  const [run, setRun] = useState<string>(ALL_RUNS);
  const [follow, setFollow] = useState(true);
  const shown = filterLines(log.lines, {
    least,
    run: run === ALL_RUNS ? null : Number(run),
  });
  const runs = [...new Set(log.lines.map((line) => line.run))];
  return (
    <section className="section" aria-labelledby="task-log">
      <h2 id="task-log">Log</h2>
      {log.lines.length === 0 ? <NoLines feed={feed} ended={ended} /> : (
        <>
          <div className="field-row task-log-tools">
            <Select
              label="Level"
              value={least}
              onChange={setLeast}
              options={LEVELS.map((level) => ({
                value: level,
                label: LEVEL_NAMES[level],
              }))}
            />
            {runs.length < 2 ? null : (
              <Select
                label="Run"
                value={run}
                onChange={setRun}
                options={[
                  { value: ALL_RUNS, label: "All runs" },
                  ...runs.map((one) => ({
                    value: String(one),
                    label: `Run ${one}`,
                  })),
                ]}
              />
            )}
            {ended ? null : <Switch label="Follow" checked={follow} onChange={setFollow} />}
            <CopyButton text={() => logText(shown)} label="Copy log" />
          </div>
          {onEarlier === null
            ? null
            : <Button kind="quiet" onClick={onEarlier}>Show the log of earlier runs</Button>}
          {log.dropped
            ? (
              <p className="muted">
                Older lines are not kept in this page: dtask logs has all.
              </p>
            )
            : null}
          <Lines shown={shown} follow={follow} onFollow={setFollow} />
          <p className="muted">
            {countText(shown.length, log.lines.length)}
            {ended ? "" : ", and more as they come"}
          </p>
        </>
      )}
    </section>
  );
}

function countText(shown: number, all: number): string {
  const lines = formatCount(all, "line");
  return shown === all ? lines : `${formatNumber(shown)} of ${lines}`;
}

interface NoLinesProps {
  readonly feed: TaskFeed;
  readonly ended: boolean;
}

function NoLines({ feed, ended }: NoLinesProps) {
  if (!feed.settled) return <Skeleton label="the log" lines={2} />;
  return (
    <p className="task-nothing muted">
      {ended
        ? "Its code has logged nothing. It can, with ctx.log.info(…)."
        : "Nothing so far. What its code logs with ctx.log.info(…) appears here as it comes."}
    </p>
  );
}

interface LinesProps {
  readonly shown: HeldLines["lines"];
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
}

/** Who scrolls up must not be brought back by the next line, before the scrolling is told of. */
const UPWARDS: ReadonlySet<string> = new Set(["ArrowUp", "PageUp", "Home"]);
/** Nearer to the end than this counts as there. */
const NEAR_PX = 24;

/** The lines in a box that scrolls: to the end while one follows, else only by hand. */
function Lines({ shown, follow, onFollow }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    if (!follow || box.current === null) return;
    box.current.scrollTop = box.current.scrollHeight;
    lastTop.current = box.current.scrollTop;
  }, [follow, shown]);
  // Only what moves it by hand counts: up from the end, or down to it again.
  const noticeScroll = () => {
    if (box.current === null) return;
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (scrollTop < lastTop.current && !atEnd) onFollow(false);
    if (scrollTop > lastTop.current && atEnd) onFollow(true);
    lastTop.current = scrollTop;
  };
  return (
    // It scrolls, so the keyboard has to reach it.
    <div
      ref={box}
      className="task-log"
      role="log"
      aria-live="off"
      aria-label="Lines of the log"
      tabIndex={0}
      onScroll={noticeScroll}
      onWheel={({ deltaY }) => deltaY < 0 && onFollow(false)}
      onTouchMove={() => onFollow(false)}
      onKeyDown={({ key }) => UPWARDS.has(key) && onFollow(false)}
    >
      <LogLines lines={shown} />
    </div>
  );
}
