/** The node that serves this page, and the others that share its store. */
import { useQuery } from "@tanstack/react-query";
import type { SystemView } from "../../schema.ts";
import { get } from "./api.ts";
import { LIVE } from "./query_client.ts";

/** Everything that is known of them, live. Needs the scope `admin`. */
export function useSystem() {
  return useQuery({
    queryKey: ["system"],
    queryFn: ({ signal }) => get<SystemView>("/api/system", {}, signal),
    meta: LIVE,
  });
}
