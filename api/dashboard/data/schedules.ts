/** Schedules as the server has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type {
  BackfillView,
  ScheduleAnswer,
  TaskView,
  TickAnswer,
  WorkflowView,
} from "../../schema.ts";
import { get, send } from "./api.ts";
import { namedPath } from "./named_path.ts";
import { LIVE } from "./query_client.ts";

const KEY = ["schedules"] as const;
/** Ticks that are shown, newest first. */
const TICKS = 50;

/** What a schedule starts. */
export type StartedKind = "task" | "workflow";
type Started = Pick<TaskView | WorkflowView, "id" | "status">;
/** What it came to, by the id of what was started. */
export type StartedStatuses = ReadonlyMap<string, Started["status"]>;

/** All schedules, live. */
export function useSchedules() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await get<{ items: ScheduleAnswer[] }>("/api/schedules", {}, signal)).items,
    meta: LIVE,
  });
}

/** One schedule, whole. */
export function useSchedule(name: string) {
  return useQuery({
    queryKey: [...KEY, name],
    queryFn: ({ signal }) => get<ScheduleAnswer>(pathOf(name), {}, signal),
    meta: LIVE,
  });
}

/** Its latest ticks. */
export function useTicks(name: string) {
  return useQuery({
    queryKey: [...KEY, name, "ticks"],
    queryFn: async ({ signal }) =>
      (await get<{ items: TickAnswer[] }>(`${pathOf(name)}/ticks`, { limit: TICKS }, signal)).items,
    meta: LIVE,
  });
}

/** What became of what it has started last: its ids begin with its name, which an index finds. */
export function useStartedStatuses(name: string, kind: StartedKind) {
  return useQuery({
    queryKey: [...KEY, name, "started", kind],
    queryFn: async ({ signal }): Promise<StartedStatuses> => {
      const query = { q: `${name}:`, limit: TICKS };
      const { items } = await get<{ items: Started[] }>(`/api/${kind}s`, query, signal);
      return new Map(items.map(({ id, status }) => [id, status]));
    },
    meta: LIVE,
  });
}

/** Sets a schedule up, or changes the whole of it. */
export function useSetSchedule() {
  return useScheduleChange((
    { name, body }: { readonly name: string; readonly body: Readonly<Record<string, unknown>> },
  ) => send<ScheduleAnswer>("PUT", pathOf(name), body));
}

/** Removes a schedule. */
export function useDeleteSchedule() {
  return useScheduleChange((name: string) => send<void>("DELETE", pathOf(name)));
}

/** Starts its work once, now. */
export function useTriggerSchedule() {
  return useScheduleChange((name: string) => send<TickAnswer>("POST", `${pathOf(name)}/trigger`));
}

/** Stops or starts its ticks; the answer says what becomes of those of the pause. */
export function usePauseSchedule() {
  return useScheduleChange((
    { name, paused }: { readonly name: string; readonly paused: boolean },
  ) => send<{ note: string }>("POST", `${pathOf(name)}/${paused ? "pause" : "resume"}`));
}

/** Nominal times of a schedule; `until` is not among them. */
export interface TickRange {
  readonly from: string;
  readonly until: string;
}

/** Which ticks of a range a backfill would fire; asked anew each time. */
export function useBackfillPreview(name: string, range: TickRange) {
  return useQuery({
    queryKey: [...KEY, name, "backfill", range],
    queryFn: () => backfill(name, { ...range, dryRun: true }),
    gcTime: 0,
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Fires the ticks of a range that have not fired. */
export function useBackfill(name: string) {
  return useScheduleChange((range: TickRange) => backfill(name, range));
}

function backfill(
  name: string,
  request: TickRange & { readonly dryRun?: true },
): Promise<BackfillView> {
  return send("POST", `${pathOf(name)}/backfill`, request);
}

function useScheduleChange<V, T>(mutationFn: (variables: V) => Promise<T>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

function pathOf(name: string): string {
  return namedPath("/api/schedules", name);
}
