/** Methods as the nodes know them, and tasks of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MethodView, TaskView } from "../../schema.ts";
import { get, send } from "./api.ts";

const KEY = ["methods"] as const;

/** All methods, by name. They change when nodes come with other code: not with every pulse. */
export function useMethods() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await get<{ items: MethodView[] }>("/api/methods", {}, signal)).items,
  });
}

/** Submits a task; resolves to it as it was stored. */
export function useSubmitTask() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Readonly<Record<string, unknown>>) =>
      send<TaskView>("POST", "/api/tasks", body),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tasks"] }),
  });
}
