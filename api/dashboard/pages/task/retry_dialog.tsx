/** Runs a task again with other arguments. What was written stays until it was taken. */
import { useMemo, useState } from "react";
import type { MethodView, TaskView } from "../../../schema.ts";
import { ApiProblem } from "../../data/api.ts";
import { useMethods } from "../../data/methods.ts";
import { useRetryTask } from "../../data/task.ts";
import {
  type ArgumentsDraft,
  givenArguments,
  readArguments,
} from "../../input_form/arguments_draft.ts";
import { ArgumentsInput } from "../../input_form/arguments_input.tsx";
import type { DraftProblem } from "../../input_form/read_draft.ts";
import { argumentsField } from "../../input_form/read_schema.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/form_problem.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.ts";
import { useForm } from "../../ui/use_form.ts";

interface RetryDialogProps {
  readonly task: TaskView;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The editor; closing it forgets nothing. */
export function RetryDialog({ task, open, onClose }: RetryDialogProps) {
  const [written, setWritten] = useState<ArgumentsDraft | null>(null);
  const { data: methods, error } = useMethods();
  const known = methods !== undefined || error !== null;
  const done = () => {
    setWritten(null);
    onClose();
  };
  return (
    <Dialog title={`Retry ${task.method} with edited input`} open={open} onClose={onClose} wide>
      {task.args === null || !known ? <Skeleton label="the arguments" /> : (
        <RetryForm
          task={task}
          args={task.args}
          schema={methodOf(task, methods ?? [])?.inputSchema ?? null}
          written={written}
          onWrite={setWritten}
          onClose={onClose}
          onDone={done}
        />
      )}
    </Dialog>
  );
}

function methodOf({ method }: TaskView, methods: readonly MethodView[]): MethodView | undefined {
  return methods.find(({ name, aliases }) => name === method || aliases.includes(method));
}

interface RetryFormProps {
  readonly task: TaskView;
  readonly args: readonly unknown[];
  readonly schema: MethodView["inputSchema"];
  /** Null: nothing yet, so that it begins with what the task has. */
  readonly written: ArgumentsDraft | null;
  readonly onWrite: (written: ArgumentsDraft | null) => void;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function RetryForm(props: RetryFormProps) {
  const { task, args, schema, written, onWrite, onClose, onDone } = props;
  const field = useMemo(() => argumentsField(schema), [schema]);
  const [wrong, setWrong] = useState<readonly DraftProblem[]>([]);
  const retry = useRetryTask(task.id);
  const draft = useMemo(() => written ?? givenArguments(field, args), [written, field, args]);
  const change = (next: ArgumentsDraft | null) => {
    onWrite(next);
    setWrong([]);
    retry.reset();
  };
  const { error } = retry;
  const form = useForm({
    problem: wrong.length > 0 ? wrong : error,
    async submit() {
      const reading = readArguments(field, draft);
      setWrong(reading.ok ? [] : reading.problems);
      if (!reading.ok) return;
      await retry.mutateAsync(reading.args);
      toast("The task will run again with the new input");
      onDone();
    },
  });
  const refused = error instanceof ApiProblem ? error.errors : [];
  return (
    <form {...form}>
      <ArgumentsInput
        field={field}
        written={draft}
        onChange={change}
        problems={wrong.length > 0 ? wrong : refused}
      />
      <FormProblem problem={error} pointers={["/args"]} />
      <footer className="dialog-actions">
        {written === null
          ? null
          : <Button kind="quiet" onClick={() => change(null)}>Back to the input it had</Button>}
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" type="submit" icon="retry" busy={retry.isPending}>
          Retry with this input
        </Button>
      </footer>
    </form>
  );
}
