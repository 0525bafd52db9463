/** What forms have in common that are sent to the server. */
import { type ComponentPropsWithRef, useEffect, useRef } from "react";
import { ApiProblem } from "../data/api.ts";

interface FormOptions {
  /** What is wrong: whenever it changes to something, the first field that is wrong gets the focus. */
  readonly problem: unknown;
  /** What the form does. What the server refuses is the mutation's error, which the form shows. */
  readonly submit: () => Promise<void>;
}

/** The properties of the form's element. */
export function useForm({ problem, submit }: FormOptions): ComponentPropsWithRef<"form"> {
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem === null) return;
    ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  return {
    ref,
    className: "form",
    noValidate: true,
    onSubmit: (event) => {
      event.preventDefault();
      submit().catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
      });
    },
  };
}
