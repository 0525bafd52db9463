/** A node whose task has logged something. */
import { ok } from "../../../actors/domain/error.ts";
import type { LogPlace, StoredLogLine } from "../../../actors/domain/task.ts";
import { FakeRestNode, NOW } from "./fake_rest_node.ts";

/** A node with a task `a` whose log is `lines`. */
export class LoggingNode extends FakeRestNode {
  readonly lines: StoredLogLine[] = [];

  constructor() {
    super();
    this.commitInSilence("a", { status: "running", num: 7 });
    this.replies.set("GetLogs", ({ id, after, limit }) => {
      const task = this.tasks.get(id);
      const rest = this.lines.filter((line) => isAfter(line, after));
      if (task === undefined) return { ok: true, value: { ok: false, error: NOT_FOUND } };
      const { num, status } = task;
      const value = { num, status, lines: rest.slice(0, limit), more: rest.length > limit };
      return { ok: true, value: ok(value) };
    });
  }

  /** Adds a line, of which nobody is told. */
  log(line: number, { run = 1, message = `line ${line}` } = {}): void {
    this.lines.push({ run, line, at: NOW, level: "info", message, fields: {} });
  }

  get reads(): number {
    return this.asked.filter(({ kind }) => kind === "GetLogs").length;
  }
}

const NOT_FOUND = { code: "not_found", reason: "unknown_task", message: "It does not exist" };

function isAfter({ run, line }: LogPlace, after: LogPlace | null): boolean {
  return after === null || run > after.run || (run === after.run && line > after.line);
}
