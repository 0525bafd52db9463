/** The board and what is marked, handed down to the parts of a drawing. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { StatusCounts } from "../../ui/progress_bar.tsx";
import { StatusBoard } from "./status_board.ts";
import { taskGraph, type TaskStatus } from "./task_graph.ts";

/** What all parts of a drawing look at. */
export const BoardContext = createContext(new StatusBoard(taskGraph([])));

/** The status of a task, again when it changes. */
export function useStatus(task: number): TaskStatus {
  const board = useContext(BoardContext);
  return useSyncExternalStore(board.subscribe, () => board.statusOf(task));
}

/** True while a failure holds the task back. */
export function useHeld(task: number): boolean {
  const board = useContext(BoardContext);
  return useSyncExternalStore(board.subscribe, () => board.isHeld(task));
}

/** How many of the tasks there are of each status. */
export function useCounts(tasks: readonly number[]): StatusCounts {
  const board = useContext(BoardContext);
  return JSON.parse(useSyncExternalStore(board.subscribe, () => board.summaryOf(tasks)));
}

/** What goes over an edge between two tasks; null stands for groups. */
export function useEdgeState(tasks: readonly [number, number] | null) {
  const board = useContext(BoardContext);
  return useSyncExternalStore(
    board.subscribe,
    () => tasks === null ? "open" : board.edgeState(...tasks),
  );
}
