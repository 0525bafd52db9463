/** Writes tasks into a JSON file on the user's machine. */
import { useEffect, useRef, useState } from "react";
import type { TaskView } from "../../../schema.ts";
import { get, type Query } from "../../data/api.ts";
import type { ListPage } from "../../data/list_pages.ts";
import { EXPORT_LIMITS, type Exported, exportTasks } from "../../data/task_export.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatBytes, formatCount, formatNumber } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { toast } from "../../ui/toast.ts";

/** What is to be exported: named tasks whole, or all that a query finds, as lists give them. */
export type ExportWish =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "query"; readonly query: Query };

interface ExportDialogProps {
  /** Null while there is none. */
  readonly wish: ExportWish | null;
  readonly onClose: () => void;
}

/** Tasks of a page, and named tasks that are read at a time. */
const [PAGE, AT_ONCE] = [500, 8];

/** Says what the file will hold, and writes it. */
export function ExportDialog({ wish, onClose }: ExportDialogProps) {
  const [tasks, setTasks] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const close = () => {
    running.current?.abort();
    setTasks(null);
    setProblem(null);
    onClose();
  };
  const start = async () => {
    if (wish === null) return;
    const ended = running.current = new AbortController();
    setProblem(null);
    setTasks(0);
    try {
      const { signal } = ended;
      const exported = await exportTasks({
        ...{ read: reader(wish, signal), onProgress: setTasks, signal },
      });
      saveFile(exported);
      toast(exportedText(exported));
      close();
    } catch (error) {
      if (ended.signal.aborted) return;
      setProblem(error);
      setTasks(null);
    }
  };
  return (
    <Dialog title="Export as JSON" open={wish !== null} onClose={close}>
      <div className="dialog-text">
        <p>{wish === null ? "" : wishText(wish)}</p>
        <p className="muted">
          At most {formatNumber(EXPORT_LIMITS.tasks)} tasks and{" "}
          {formatBytes(EXPORT_LIMITS.bytes)}; where there are more, the newest.
        </p>
        <p role="status">
          {tasks === null ? "" : `${formatCount(tasks, "task")} read…`}
        </p>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} />}
      <footer className="dialog-actions">
        <Button onClick={close}>{tasks === null ? "Close" : "Stop"}</Button>
        <Button kind="primary" busy={tasks !== null} onClick={start}>
          Export
        </Button>
      </footer>
    </Dialog>
  );
}

function wishText(wish: ExportWish): string {
  if (wish.by === "ids") {
    return `${
      formatCount(wish.ids.length, "chosen task", "chosen tasks")
    }, with arguments and results.`;
  }
  return "All tasks that match the filter, as the list has them: arguments and results over 4 KiB " +
    "are left out and marked.";
}

function reader(wish: ExportWish, signal: AbortSignal) {
  if (wish.by === "query") {
    return (cursor: string | null) =>
      get<ListPage<TaskView>>("/api/tasks", {
        ...wish.query,
        limit: PAGE,
        cursor,
      }, signal);
  }
  return async (cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const ids = wish.ids.slice(from, from + AT_ONCE);
    const items = await Promise.all(
      ids.map((id) => get<TaskView>(`/api/tasks/${encodeURIComponent(id)}`, {}, signal)),
    );
    const next = from + AT_ONCE;
    return { items, nextCursor: next < wish.ids.length ? String(next) : null };
  };
}

function saveFile({ parts }: Exported): void {
  const url = URL.createObjectURL(
    new Blob([...parts], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `tasks-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`;
  link.click();
  // The download has begun with the press; the browser may read on for a while.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function exportedText({ tasks, stoppedAt }: Exported): string {
  const text = `${formatCount(tasks, "task")} exported`;
  if (stoppedAt === null) return text;
  const limit = stoppedAt === "tasks"
    ? formatCount(EXPORT_LIMITS.tasks, "task")
    : formatBytes(EXPORT_LIMITS.bytes);
  return `${text}; there are more than ${limit}: narrow the filter for the rest`;
}
