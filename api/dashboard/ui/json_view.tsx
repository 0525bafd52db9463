/** Arguments, results and the like as a tree that opens and closes. */
import { type KeyboardEvent, memo, useMemo, useState } from "react";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy_button.tsx";
import { formatBytes, formatCount } from "./format.ts";
import { hexOf, type JsonValue, readValue } from "./json_value.ts";

interface JsonViewProps {
  readonly value: unknown;
  /** What it is, for screen readers and the copy button: `arguments`. */
  readonly label: string;
}

/** Deeper levels start closed. */
const OPEN_LEVELS = 2;
const OPEN_ITEMS_MAX = 20;
/** Further in, a level is set in by less, so that the deepest can still be read. */
const WIDE_LEVELS = 8;
/** Shown at once; more on demand, so that a megabyte does not stop the page. */
const [ITEMS_STEP, TEXT_MAX, BYTES_MAX] = [100, 2_000, 64];
/** Of a text that is shown on demand, at a time. */
const TEXT_STEP = 100_000;

/** A value, with a button that copies it as the API writes it. Not rendered again while it is the same. */
export const JsonView = memo(
  function JsonView({ value, label }: JsonViewProps) {
    return (
      // It scrolls, so the keyboard has to reach it.
      <div className="json" role="group" aria-label={label} tabIndex={0}>
        <CopyButton
          text={() => JSON.stringify(value, null, 2)}
          label={`Copy ${label}`}
        />
        <Value json={value} level={0} />
      </div>
    );
  },
);

interface ValueProps {
  readonly json: unknown;
  readonly level: number;
}

const Value = memo(function Value({ json, level }: ValueProps) {
  // A long map becomes a list of its entries, once.
  const value = useMemo(() => readValue(json), [json]);
  switch (value.kind) {
    case "array":
      return (
        <Branch
          count={value.items.length}
          entry={(at) => [at, value.items[at]]}
          level={level}
        />
      );
    case "map": {
      const { entries } = value;
      const entry = (at: number) => entries[at] ?? ["", null];
      return <Branch count={entries.length} entry={entry} level={level} isMap />;
    }
    case "string":
      return <LongText text={value.text} />;
    default:
      return (
        <span className={`json-${value.kind}`} title={titleOf(value)}>
          {textOf(value)}
        </span>
      );
  }
});

/** A string as JSON writes it; of a long one the beginning, and further parts on demand. */
function LongText({ text }: { readonly text: string }) {
  const [shown, setShown] = useState(TEXT_MAX);
  if (text.length <= shown) {
    return <span className="json-string">{JSON.stringify(text)}</span>;
  }
  return (
    <span className="json-string">
      {JSON.stringify(text.slice(0, shown)).slice(0, -1)}…{" "}
      <Button kind="quiet" onClick={() => setShown(shown + TEXT_STEP)}>
        Show more of {formatCount(text.length, "character")}
      </Button>
    </span>
  );
}

type Leaf = Exclude<JsonValue, { readonly kind: "string" | "array" | "map" }>;

function textOf(value: Leaf): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "bytes": {
      const more = value.size > BYTES_MAX ? " …" : "";
      return `${formatBytes(value.size)}: ${hexOf(value.base64, BYTES_MAX)}${more}`;
    }
    case "number":
    case "int64":
      return value.text;
  }
}

function titleOf({ kind }: Leaf): string | undefined {
  if (kind === "int64") return "64-bit integer";
  return kind === "bytes" ? "bytes, in hexadecimal" : undefined;
}

interface BranchProps {
  readonly count: number;
  readonly entry: (
    at: number,
  ) => readonly [key: string | number, json: unknown];
  readonly level: number;
  readonly isMap?: boolean;
}

function Branch({ count, entry, level, isMap = false }: BranchProps) {
  const [open, setOpen] = useState(
    level < OPEN_LEVELS && count <= OPEN_ITEMS_MAX,
  );
  const [shown, setShown] = useState(ITEMS_STEP);
  const brackets = isMap ? "{}" : "[]";
  if (count === 0) return <span className="json-mark">{brackets}</span>;
  const noun = formatCount(count, isMap ? "key" : "item");
  // As in any tree: the arrow to the right opens, the one to the left closes.
  const move = (event: KeyboardEvent) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    setOpen(event.key === "ArrowRight");
  };
  return (
    <>
      <button
        type="button"
        className="json-toggle"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={move}
      >
        {brackets[0]}
        {open ? "" : ` ${noun} ${brackets[1]}`}
        <span className="visually-hidden">{open ? noun : ""}</span>
      </button>
      {open
        ? (
          <>
            <ul
              className={level < WIDE_LEVELS ? "json-branch" : "json-branch json-branch-deep"}
            >
              {Array.from({ length: Math.min(shown, count) }, (_, at) => {
                const [key, item] = entry(at);
                return (
                  <li key={key}>
                    <span className="json-key">{key}:</span> <Value json={item} level={level + 1} />
                  </li>
                );
              })}
            </ul>
            {shown < count
              ? (
                <Button
                  kind="quiet"
                  onClick={() => setShown(shown + ITEMS_STEP)}
                >
                  Show more of {noun}
                </Button>
              )
              : null}
            <span className="json-mark">{brackets[1]}</span>
          </>
        )
        : null}
    </>
  );
}
