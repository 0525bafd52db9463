import { labelOf, type TaskGraph } from "./task_graph.ts";

/** Tasks whose key, id or method has `text` in it, the best match first; at most `most`. */
export function searchTasks(graph: TaskGraph, text: string, most: number): readonly number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const found = graph.tasks.flatMap((task, index) => {
    const texts = [labelOf(task), task.id, task.method].map((text) => text.toLowerCase());
    const rank = texts.reduce(
      (best, text, field) => Math.min(best, 3 * rankOf(text, wanted) + field),
      99,
    );
    return rank === 99 ? [] : [{ index, rank }];
  });
  return found.sort((a, b) => a.rank - b.rank || a.index - b.index).slice(0, most)
    .map(({ index }) => index);
}

/** 0 for the text itself, then its beginning, then a part; 33 where it is not in it. */
function rankOf(text: string, wanted: string): number {
  if (text === wanted) return 0;
  const place = text.indexOf(wanted);
  if (place === -1) return 33;
  return place === 0 ? 1 : 2;
}
