/** Changes of many tasks: how many they would be, and to make them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { BatchChangeView } from "../../schema.ts";
import { send } from "./api.ts";
import type { ChangeName } from "./change_name.ts";
import { rereadDeadLetters } from "./dead_letters.ts";
import { rereadTasks } from "./task_list.ts";

/** Which tasks, as one call takes them: `{ids}` or `{filter}`. */
export type TaskSelection = Readonly<Record<string, unknown>>;

const PATHS: Readonly<Record<ChangeName, string>> = {
  cancel: "/api/tasks/cancel",
  retry: "/api/tasks/retry",
  redrive: "/api/dead-letters/redrive",
  discard: "/api/dead-letters/discard",
};

interface ChangeRequest {
  readonly name: ChangeName;
  readonly selections: readonly TaskSelection[];
}

/** How many tasks a change would meet; asked anew each time, and of nobody where `request` is null. */
export function useChangeCount(request: ChangeRequest | null) {
  return useQuery({
    queryKey: ["change_count", request],
    queryFn: () => request === null ? NOTHING : changeAll(request, { dryRun: true }),
    enabled: request !== null,
    gcTime: 0,
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Makes a change; with `args`, tasks that run again get those instead of their own. */
export function useChangeMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (
      { args, ...request }: ChangeRequest & {
        readonly args?: readonly unknown[];
      },
    ) => changeAll(request, args === undefined ? {} : { args }),
    onSettled: () => Promise.all([rereadTasks(client), rereadDeadLetters(client)]),
  });
}

const NOTHING: BatchChangeView = { matched: 0, changed: 0 };

async function changeAll(
  { name, selections }: ChangeRequest,
  more: Readonly<Record<string, unknown>>,
): Promise<BatchChangeView> {
  let all = NOTHING;
  for (const selection of selections) {
    const part = await send<BatchChangeView>("POST", PATHS[name], {
      ...selection,
      ...more,
    });
    all = {
      matched: all.matched + part.matched,
      changed: all.changed + part.changed,
      ...(all.more === true || part.more === true ? { more: true as const } : {}),
    };
  }
  return all;
}
