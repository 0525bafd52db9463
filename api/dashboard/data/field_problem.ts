/** The server's refusals, field by field. */
import { ApiProblem } from "./api.ts";

/** What the server says of the value at `pointer`, or of something in it; null where nothing. */
export function fieldProblem(problem: unknown, pointer: string): string | null {
  const messages = errorsOf(problem)
    .filter((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))
    .map(({ message }) => message);
  return messages.length === 0 ? null : messages.join("; ");
}

/** True where all that is wrong stands beside one of the fields at `pointers`. */
export function isAllShown(
  problem: unknown,
  pointers: readonly string[],
): boolean {
  const errors = errorsOf(problem);
  return errors.length > 0 &&
    errors.every(({ pointer }) =>
      pointers.some((field) => pointer === field || pointer.startsWith(`${field}/`))
    );
}

function errorsOf(problem: unknown): ApiProblem["errors"] {
  return problem instanceof ApiProblem ? problem.errors : [];
}
