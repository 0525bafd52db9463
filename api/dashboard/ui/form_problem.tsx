/** What is wrong with a form beside what stands at its fields. */
import { isAllShown } from "../data/field_problem.ts";
import { ProblemNote } from "./problem_note.tsx";

interface FormProblemProps {
  /** Null: nothing. */
  readonly problem: unknown;
  /** Where its fields stand in what the server takes. */
  readonly pointers: readonly string[];
}

/** The problem, unless all of it is said at the fields. */
export function FormProblem({ problem, pointers }: FormProblemProps) {
  return problem === null || isAllShown(problem, pointers)
    ? null
    : <ProblemNote problem={problem} />;
}
