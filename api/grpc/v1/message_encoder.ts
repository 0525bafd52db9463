/** Answers of the API, as JSON, as bytes of a message of `dtask.v1`. */
import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type FieldPlan, type Kind, type MessagePlan, planOf, wireTypeOf } from "./message_plan.ts";
import { writeStruct } from "./struct_wire.ts";
import { writeListValue, writeValue } from "./value_wire.ts";

/** What an encoder takes: an object of the API's answers. */
export type JsonAnswer = object;

/** Encodes answers as messages of one type. Members without a field are left out. */
export function encoderOf(message: DescMessage): (answer: JsonAnswer) => Uint8Array {
  const plan = planOf(message);
  return (answer) => {
    const writer = new BinaryWriter();
    writeMessage(writer, plan, answer);
    return writer.finish();
  };
}

function writeMessage(writer: BinaryWriter, plan: MessagePlan, answer: object): void {
  const members = answer as Readonly<Record<string, unknown>>;
  for (const field of plan.fields) {
    if (field.inline) writeInline(writer, field, answer);
    else if (field.isIn?.(members) ?? true) writeField(writer, field, members[field.json]);
  }
}

/** What follows from a field's place: a message of none of its fields is not there. */
function writeInline(writer: BinaryWriter, { number, kind }: FieldPlan, answer: object): void {
  if (kind.kind !== "message") throw new Error("Only messages are inline");
  const inner = new BinaryWriter();
  writeMessage(inner, kind.plan, answer);
  const bytes = inner.finish();
  if (bytes.length > 0) writer.tag(number, WireType.LengthDelimited).bytes(bytes);
}

function writeField(writer: BinaryWriter, field: FieldPlan, value: unknown): void {
  const { number, kind, shape, wireType } = field;
  if (kind.kind === "null") {
    if (value === null) writer.tag(number, wireType).bool(true);
    return;
  }
  if (value === undefined) return;
  if (value === null && (kind.kind !== "value" || shape !== "one")) return;
  if (shape === "list") return writeList(writer, field, value as readonly unknown[]);
  if (shape === "map") return writeMap(writer, field, value as Readonly<Record<string, unknown>>);
  const zero = value === 0 || value === "" || value === false;
  if (zero && kind.kind === "scalar") return;
  writer.tag(number, wireType);
  writeKind(writer, kind, value);
}

/** Lists of numbers are packed by newer writers; one item after the other is as valid. */
function writeList(writer: BinaryWriter, field: FieldPlan, items: readonly unknown[]): void {
  for (const item of items) {
    writer.tag(field.number, field.wireType);
    writeKind(writer, field.kind, item);
  }
}

function writeMap(
  writer: BinaryWriter,
  { number, kind }: FieldPlan,
  map: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(map)) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, wireTypeOf(kind));
    writeKind(writer, kind, value);
    writer.join();
  }
}

function writeKind(writer: BinaryWriter, kind: Kind, value: unknown): void {
  switch (kind.kind) {
    case "scalar":
      writeScalar(writer, kind.type, value);
      return;
    case "enum":
      // A word that the contract does not know yet is better unsaid than wrong.
      writer.int32(kind.words.byWord.get(String(value)) ?? 0);
      return;
    case "null":
      throw new Error("It has no content");
    default:
      writer.fork();
      writeContent(writer, kind, value);
      writer.join();
  }
}

function writeContent(
  writer: BinaryWriter,
  kind: Exclude<Kind, { readonly kind: "scalar" | "enum" | "null" }>,
  value: unknown,
): void {
  switch (kind.kind) {
    case "timestamp":
      return writeTime(writer, Date.parse(String(value)), Math.floor);
    case "duration":
      return writeTime(writer, Number(value), Math.trunc);
    case "value":
      return writeValue(writer, value);
    case "list_value":
      return writeListValue(writer, value as readonly unknown[]);
    case "struct":
      return writeStruct(writer, value as object);
    case "message":
      return writeMessage(writer, kind.plan, value as object);
  }
}

function writeScalar(writer: BinaryWriter, type: ScalarType, value: unknown): void {
  switch (type) {
    case ScalarType.STRING:
      writer.string(String(value));
      return;
    case ScalarType.BOOL:
      writer.bool(value === true);
      return;
    case ScalarType.INT32:
      writer.int32(Number(value));
      return;
    case ScalarType.INT64:
      writer.int64(typeof value === "string" ? value : Number(value));
      return;
    case ScalarType.DOUBLE:
      writer.double(Number(value));
      return;
    default:
      throw new Error(`No answer holds a ${ScalarType[type]}`);
  }
}

/** A Timestamp counts its nanoseconds upwards; a Duration below zero has both below. */
function writeTime(writer: BinaryWriter, ms: number, whole: (seconds: number) => number): void {
  const seconds = whole(ms / 1_000);
  const nanos = (ms - seconds * 1_000) * 1e6;
  if (seconds !== 0) writer.tag(1, WireType.Varint).int64(seconds);
  if (nanos !== 0) writer.tag(2, WireType.Varint).int32(nanos);
}
