/** Makes values of what stands in a form, or says what is wrong, field by field. */
import type { Draft } from "./draft.ts";
import type {
  ChoiceField,
  InputField,
  ListField,
  MapField,
  NumberField,
  TextField,
} from "./input_field.ts";
import { readJsonText } from "./json_text.ts";
import { asMap, pointerPart } from "./notation.ts";

/** What is wrong at one place; the pointer is that of the value, as in the server's refusals. */
export interface DraftProblem {
  readonly pointer: string;
  readonly message: string;
}

/** A value, or everything that is wrong with it. */
export type DraftReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly DraftProblem[] };

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** Reads the draft of a list's or a group's field, where absent ones are left out by the caller. */
export function readDraft(
  field: InputField,
  draft: Draft,
  pointer: string,
): DraftReading {
  if (draft.state === "null") return ok(null);
  switch (field.kind) {
    case "text":
      return checked(draft.text, textProblem(field, draft.text), pointer);
    case "number":
      return readNumber(field, draft.text.trim(), pointer);
    case "bytes":
      return checked(
        { $bytes: draft.text.trim() },
        bytesProblem(draft.text.trim()),
        pointer,
      );
    case "flag":
      return ok(draft.choice === 1);
    case "choice":
      return readChoice(field, draft, pointer);
    case "variant": {
      const [variant, item] = [
        field.variants[draft.choice],
        draft.items[draft.choice],
      ];
      if (variant === undefined || item === undefined) {
        return bad(pointer, "Choose one");
      }
      return readDraft(variant, item, pointer);
    }
    case "list":
      return readList(field, draft, pointer);
    case "group":
      return gathered(
        field.fields.flatMap(({ name, field: inner }, index) => {
          const item = draft.items[index];
          if (item === undefined || item.state === "absent") return [];
          return [
            [
              name,
              readDraft(inner, item, `${pointer}/${pointerPart(name)}`),
            ] as const,
          ];
        }),
        asMap,
      );
    case "map":
      return readMap(field, draft, pointer);
    case "json": {
      const reading = readJsonText(draft.text);
      return reading.ok ? reading : bad(pointer, reading.problem);
    }
  }
}

function readNumber(
  field: NumberField,
  text: string,
  pointer: string,
): DraftReading {
  if (text === "") return bad(pointer, "A number is missing");
  const isWhole = /^[+-]?\d+$/.test(text);
  if (isWhole && field.wide && !Number.isSafeInteger(Number(text))) {
    const whole = BigInt(text);
    if (whole < INT64_MIN || whole > UINT64_MAX) {
      return bad(pointer, "Beyond 64 bits");
    }
    return ok({ $int64: whole.toString() });
  }
  const special = /^(NaN|-?Infinity)$/.exec(text)?.[1];
  if (special !== undefined && !field.integer) return ok({ $double: special });
  const value = Number(text);
  if (!Number.isFinite(value)) return bad(pointer, "Not a number");
  return checked(value, numberProblem(field, value), pointer);
}

function numberProblem(
  { integer, minimum, maximum }: NumberField,
  value: number,
): string | null {
  if (integer && !Number.isInteger(value)) return "Must be a whole number";
  if (integer && !Number.isSafeInteger(value)) {
    return "Too large for a whole number";
  }
  if (minimum !== null && value < minimum) return `At least ${minimum}`;
  return maximum !== null && value > maximum ? `At most ${maximum}` : null;
}

function textProblem({ minLength, maxLength, pattern, format }: TextField, text: string) {
  // Nothing is of no format, whether or not there is a pattern that says so.
  const least = format === null ? minLength : Math.max(1, minLength);
  if (text.length < least) {
    return least === 1 ? "Must not be empty" : `At least ${least} characters`;
  }
  if (maxLength !== null && text.length > maxLength) {
    return `At most ${maxLength} characters`;
  }
  if (pattern === null || isMatch(pattern, text)) return null;
  return format === null ? `Must match ${pattern}` : `Not in the form of ${format}`;
}

/** A pattern that browsers can't read is left to the method to judge. */
function isMatch(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function bytesProblem(text: string): string | null {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
      .test(text)
    ? null
    : "Not Base64";
}

function readChoice(
  { options }: ChoiceField,
  { choice }: Draft,
  pointer: string,
): DraftReading {
  return choice in options ? ok(options[choice]) : bad(pointer, "Choose one");
}

/** What is left out at the end is not there; in between nothing can be left out. */
function readList(
  field: ListField,
  { items }: Draft,
  pointer: string,
): DraftReading {
  const { first, rest, minItems, maxItems } = field;
  const end = items.findLastIndex(({ state }) => state !== "absent") + 1;
  const reading = gathered(
    items.slice(0, end).flatMap((item, index) => {
      const inner = first[index] ?? rest;
      if (inner === null || inner === undefined) return [];
      const at = `${pointer}/${index}`;
      if (item.state === "absent") {
        return [
          [
            at,
            bad(at, "Can't be left out before others that are given"),
          ] as const,
        ];
      }
      return [[at, readDraft(inner, item, at)] as const];
    }),
    (entries) => entries.map(([, value]) => value),
  );
  if (!reading.ok) return reading;
  if (end < minItems) return bad(pointer, `At least ${minItems} items`);
  return maxItems !== null && end > maxItems ? bad(pointer, `At most ${maxItems} items`) : reading;
}

function readMap(
  { value }: MapField,
  { items, names }: Draft,
  pointer: string,
): DraftReading {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return bad(pointer, `"${twice}" stands there twice`);
  return gathered(
    items.map((item, index) => {
      const name = names[index] ?? "";
      return [
        name,
        readDraft(value, item, `${pointer}/${pointerPart(name)}`),
      ] as const;
    }),
    asMap,
  );
}

function gathered(
  readings: readonly (readonly [string, DraftReading])[],
  make: (entries: readonly (readonly [string, unknown])[]) => unknown,
): DraftReading {
  const problems = readings.flatMap(([, reading]) => reading.ok ? [] : reading.problems);
  if (problems.length > 0) return { ok: false, problems };
  return ok(
    make(
      readings.flatMap(([name, reading]) => reading.ok ? [[name, reading.value]] : []),
    ),
  );
}

function ok(value: unknown): DraftReading {
  return { ok: true, value };
}

function bad(pointer: string, message: string): DraftReading {
  return { ok: false, problems: [{ pointer, message }] };
}

function checked(
  value: unknown,
  problem: string | null,
  pointer: string,
): DraftReading {
  return problem === null ? ok(value) : bad(pointer, problem);
}
