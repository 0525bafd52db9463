/** Arguments, results and the like as a tree that opens and closes. */
import { useState } from "react";
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
/** Shown at once; more on demand, so that a megabyte does not stop the page. */
const [ITEMS_STEP, TEXT_MAX, BYTES_MAX] = [100, 2_000, 64];

/** A value, with a button that copies it as the API writes it. */
export function JsonView({ value, label }: JsonViewProps) {
  return (
    <div className="json" role="group" aria-label={label}>
      <CopyButton text={JSON.stringify(value, null, 2)} label={`Copy ${label}`} />
      <Value json={value} level={0} />
    </div>
  );
}

interface ValueProps {
  readonly json: unknown;
  readonly level: number;
}

function Value({ json, level }: ValueProps) {
  const value = readValue(json);
  switch (value.kind) {
    case "array":
      return <Branch items={value.items.map((item, i) => [i, item])} brackets="[]" level={level} />;
    case "map":
      return <Branch items={value.entries} brackets="{}" level={level} />;
    default:
      return <Leaf value={value} />;
  }
}

function Leaf({ value }: { readonly value: JsonValue }) {
  const [whole, setWhole] = useState(false);
  const text = leafText(value);
  if (text.length <= TEXT_MAX || whole) {
    return <span className={`json-${value.kind}`} title={leafTitle(value)}>{text}</span>;
  }
  return (
    <span className={`json-${value.kind}`}>
      {text.slice(0, TEXT_MAX)}…
      <Button kind="quiet" onClick={() => setWhole(true)}>
        Show all {formatCount(text.length, "character")}
      </Button>
    </span>
  );
}

function leafText(value: JsonValue): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "string":
      return JSON.stringify(value.text);
    case "bytes": {
      const more = value.size > BYTES_MAX ? " …" : "";
      return `${formatBytes(value.size)}: ${hexOf(value.base64, BYTES_MAX)}${more}`;
    }
    case "number":
    case "int64":
      return value.text;
    case "array":
    case "map":
      return "";
  }
}

function leafTitle(value: JsonValue): string | undefined {
  if (value.kind === "int64") return "64-bit integer";
  return value.kind === "bytes" ? "bytes, in hexadecimal" : undefined;
}

interface BranchProps {
  readonly items: readonly (readonly [string | number, unknown])[];
  readonly brackets: "[]" | "{}";
  readonly level: number;
}

function Branch({ items, brackets, level }: BranchProps) {
  const [open, setOpen] = useState(level < OPEN_LEVELS && items.length <= OPEN_ITEMS_MAX);
  const [shown, setShown] = useState(ITEMS_STEP);
  const [first, last] = brackets;
  if (items.length === 0) return <span className="json-mark">{brackets}</span>;
  const noun = brackets === "[]"
    ? formatCount(items.length, "item")
    : formatCount(items.length, "key");
  return (
    <>
      <button
        type="button"
        className="json-toggle"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {first}
        {open ? "" : ` ${noun} ${last}`}
        <span className="visually-hidden">{open ? noun : ""}</span>
      </button>
      {open
        ? (
          <>
            <ul className="json-branch">
              {items.slice(0, shown).map(([key, item]) => (
                <li key={key}>
                  <span className="json-key">{key}:</span> <Value json={item} level={level + 1} />
                </li>
              ))}
            </ul>
            {shown < items.length
              ? (
                <Button kind="quiet" onClick={() => setShown(shown + ITEMS_STEP)}>
                  Show more of {noun}
                </Button>
              )
              : null}
            <span className="json-mark">{last}</span>
          </>
        )
        : null}
    </>
  );
}
