/** New input for tasks that run again, as people type it. Pure. */

/** What was typed: a list of arguments, or why it is none. */
export type NewInput =
  | { readonly ok: true; readonly args: readonly unknown[] }
  | { readonly ok: false; readonly problem: string };

/** Reads a JSON list. Numbers that JavaScript would change are refused: the API has a notation for them. */
export function readNewInput(text: string): NewInput {
  let unsafe: string | null = null;
  let args: unknown;
  try {
    args = JSON.parse(text, (_key, value) => {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) unsafe ??= String(value);
      return value;
    });
  } catch (error) {
    return {
      ok: false,
      problem: `This is no JSON: ${error instanceof Error ? error.message : error}`,
    };
  }
  if (!Array.isArray(args)) {
    return { ok: false, problem: 'Give a list of arguments, as in [1, "two"].' };
  }
  if (unsafe !== null) {
    const problem = `${unsafe} is beyond what a plain number holds exactly: write {"$int64": "…"}.`;
    return { ok: false, problem };
  }
  return { ok: true, args };
}

/** Arguments as text to start from. */
export function inputText(args: unknown): string {
  return JSON.stringify(args ?? [], null, 2);
}
