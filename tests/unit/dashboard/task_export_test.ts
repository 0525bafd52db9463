import assert from "node:assert/strict";
import { exportTasks } from "../../../api/dashboard/data/task_export.ts";

/** `count` tasks in pages of two. */
function pages(count: number) {
  return (cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const to = Math.min(count, from + 2);
    const items = Array.from({ length: to - from }, (_, i) => ({ id: `t${from + i}` }));
    return Promise.resolve({ items, nextCursor: to < count ? String(to) : null });
  };
}

const WIDE = { tasks: 100, bytes: 10_000 };

Deno.test("task_export makes a JSON list, one task a line, of all pages", async () => {
  const seen: number[] = [];
  const { parts, ...rest } = await exportTasks({
    ...{ read: pages(3), limits: WIDE, onProgress: (tasks) => seen.push(tasks) },
  });
  assert.equal(parts.join(""), '[\n{"id":"t0"},\n{"id":"t1"},\n{"id":"t2"}\n]\n');
  assert.deepEqual([rest, seen], [{ tasks: 3, stoppedAt: null }, [2, 3]]);
  const none = await exportTasks({ read: pages(0), limits: WIDE });
  assert.deepEqual(JSON.parse(none.parts.join("")), []);
});

Deno.test("task_export stops at its bounds, says at which, and the file is still a list", async () => {
  const few = await exportTasks({ read: pages(9), limits: { ...WIDE, tasks: 3 } });
  assert.deepEqual([few.tasks, few.stoppedAt], [3, "tasks"]);
  assert.equal(JSON.parse(few.parts.join("")).length, 3);
  const small = await exportTasks({ read: pages(9), limits: { ...WIDE, bytes: 25 } });
  assert.deepEqual([small.tasks, small.stoppedAt], [2, "bytes"]);
  assert.equal(JSON.parse(small.parts.join("")).length, 2);
  const exact = await exportTasks({ read: pages(3), limits: { ...WIDE, tasks: 3 } });
  assert.equal(exact.stoppedAt, null);
});

Deno.test("task_export ends when it is told to", async () => {
  const ended = new AbortController();
  const exporting = exportTasks({
    ...{ read: pages(9), limits: WIDE, signal: ended.signal, onProgress: () => ended.abort() },
  });
  await assert.rejects(exporting, { name: "AbortError" });
});
