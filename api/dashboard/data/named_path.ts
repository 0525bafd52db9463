/** Paths of what has a name. */
import { ApiProblem } from "./api.ts";

/** The path of `name` below `path`. Throws an `ApiProblem` where it is empty: that is another path. */
export function namedPath(path: string, name: string): string {
  if (name !== "") return `${path}/${encodeURIComponent(name)}`;
  const message = "must not be empty";
  throw new ApiProblem({
    status: 422,
    code: "invalid_argument",
    detail: "The name must not be empty",
    errors: [{ pointer: "/path", message }],
  });
}
