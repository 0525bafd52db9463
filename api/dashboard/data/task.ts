/** One task as the server has it, with what belongs to it: live by the stream of its changes. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { AttemptView, ExplanationView, TaskView } from "../../schema.ts";
import { get, send } from "./api.ts";
import { LIVE } from "./query_client.ts";

/** A page of tasks. */
export interface TaskPage {
  readonly items: readonly TaskView[];
  readonly nextCursor: string | null;
}

const keyOf = (id: string, ...part: string[]) => ["task", id, ...part] as const;

function pathOf(id: string, part = ""): string {
  return `/api/tasks/${encodeURIComponent(id)}${part}`;
}

/** The task; it is kept up to date by `useTaskFeed`. */
export function useTask(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keyOf(id),
    queryFn: async ({ signal }) => {
      const read = await get<TaskView>(pathOf(id), {}, signal);
      // A change may have been told while this was on its way.
      return newerOf(client.getQueryData<TaskView>(keyOf(id)), read);
    },
  });
}

/** The newer state of a task, with the arguments and the result that only one of both may have. */
function newerOf(known: TaskView | undefined, read: TaskView): TaskView {
  if (known === undefined || Number(known.seq) <= Number(read.seq)) return read;
  return { ...known, args: known.args ?? read.args };
}

/** Reads a task anew, and all that belongs to it. */
export function readTaskAnew(client: QueryClient, id: string): void {
  void client.invalidateQueries({ queryKey: keyOf(id) });
}

/** What a change leaves out, because it is long, is read once the change made it other than it was. */
export function takeTaskChange(client: QueryClient, changed: TaskView): void {
  const { args, argsOmitted, ...task } = changed;
  const { id } = task;
  const known = client.getQueryData<TaskView>(keyOf(id));
  if (known !== undefined && Number(known.seq) > Number(task.seq)) return;
  const moved = known?.run !== task.run || known.status !== task.status ||
    known.cancelRequestedAt !== task.cancelRequestedAt;
  const whole = argsOmitted === true ? known?.args ?? null : args;
  client.setQueryData<TaskView>(keyOf(id), { ...task, args: whole });
  if (task.resultOmitted === true || (argsOmitted === true && moved)) {
    void client.invalidateQueries({ queryKey: keyOf(id), exact: true });
  }
  // Progress alone comes several times a second, and is in the task.
  if (!moved) return;
  void client.invalidateQueries({ queryKey: keyOf(id, "explain") });
  void client.invalidateQueries({ queryKey: keyOf(id, "attempts") });
}

/** Why it is where it is. What others do may change that, so it follows the pulse until it has ended. */
export function useExplanation(
  id: string,
  { live }: { readonly live: boolean },
) {
  return useQuery({
    queryKey: keyOf(id, "explain"),
    queryFn: ({ signal }) => get<ExplanationView>(pathOf(id, "/explain"), {}, signal),
    ...(live ? { meta: LIVE } : {}),
  });
}

/** Its runs, the oldest first. */
export function useAttempts(id: string) {
  return useQuery({
    queryKey: keyOf(id, "attempts"),
    queryFn: async ({ signal }) =>
      (await get<{ items: AttemptView[] }>(pathOf(id, "/attempts"), {}, signal))
        .items,
  });
}

/** A related task, of which little is shown; none where it was removed. */
export function useRelatedTask(id: string) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => get<TaskView>(pathOf(id), {}, signal),
    meta: LIVE,
  });
}

/** A page of the tasks that depend on it. */
export function useDependents(
  id: string,
  { cursor, live }: { readonly cursor: string | null; readonly live: boolean },
) {
  return useQuery({
    queryKey: keyOf(id, "dependents", cursor ?? ""),
    queryFn: ({ signal }) =>
      get<TaskPage>(pathOf(id, "/dependents"), { cursor, limit: 20 }, signal),
    ...(live ? { meta: LIVE } : {}),
  });
}

/** Tasks that a query finds, a few. */
export function useFoundTasks(
  query: { readonly q: string; readonly label: string } | null,
) {
  return useQuery({
    queryKey: ["tasks", "found", query],
    queryFn: async ({ signal }) =>
      (await get<TaskPage>("/api/tasks", { ...query, limit: 20 }, signal))
        .items,
    enabled: query !== null,
    meta: LIVE,
  });
}

/** Ends it, or has its running code told to stop. */
export function useCancelTask(id: string) {
  return useAction(id, () => send<TaskView>("POST", pathOf(id, "/cancel")));
}

/** Runs it again, with `args` instead of its own where they are given. */
export function useRetryTask(id: string) {
  return useAction(
    id,
    (args: readonly unknown[] | null) =>
      send<TaskView>(
        "POST",
        pathOf(id, "/retry"),
        args === null ? undefined : { args },
      ),
  );
}

/** Removes it. */
export function useDeleteTask(id: string) {
  return useMutation({ mutationFn: () => send<void>("DELETE", pathOf(id)) });
}

function useAction<T>(id: string, act: (input: T) => Promise<TaskView>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(id) }),
  });
}
