/** Ties the inputs of a form to the values that stand in it. */
import { fieldProblem } from "../data/field_problem.ts";

/** What an input takes of its field. */
export interface BoundField<V> {
  readonly value: V;
  readonly onChange: (value: V) => void;
  /** What the server says of it; null where nothing is wrong. */
  readonly problem: string | null;
}

/** The field of a name; `pointer` says where the server finds it, if not under that name. */
export type FieldBinder<F> = <K extends keyof F & string>(
  name: K,
  pointer?: string,
) => BoundField<F[K]>;

interface BindOptions<F> {
  readonly form: F;
  readonly onChange: (form: F) => void;
  /** What the server has refused. */
  readonly problem: unknown;
}

/** Each field of `form` with its change, which leaves the others as they are. */
export function bindFields<F>({ form, onChange, problem }: BindOptions<F>): FieldBinder<F> {
  return (name, pointer = `/${name}`) => ({
    value: form[name],
    onChange: (value) => onChange({ ...form, [name]: value }),
    problem: fieldProblem(problem, pointer),
  });
}
