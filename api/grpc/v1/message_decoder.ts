/** Bytes of a message of `dtask.v1` as the JSON that REST's clients would have sent. */
import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { isJsonMap, setMember } from "../../../actors/domain/value.ts";
import { type FieldPlan, type Kind, type MessagePlan, planOf, wireTypeOf } from "./message_plan.ts";
import { readListValue, readValue } from "./value_wire.ts";
import { assertWireType, readMessage, WireError } from "./wire_read.ts";

/** Members of a JSON object. */
export type JsonObject = Record<string, unknown>;

/** Messages stand at most this deep in one another; requests need five levels. */
const DEPTH_MAX = 20;
/** What a time beyond what JSON can say becomes, for the schema to refuse. */
const NO_TIME = "out of range";

/** Decodes messages of one type; throws for bytes that are none, and judges nothing else. */
export function decoderOf(message: DescMessage): (bytes: Uint8Array) => JsonObject {
  const plan = planOf(message);
  return (bytes) => {
    const reader = new BinaryReader(bytes);
    return readInto({}, { reader, length: reader.len, plan, depth: 0 });
  };
}

interface Place {
  readonly reader: BinaryReader;
  readonly length: number;
  readonly plan: MessagePlan;
  readonly depth: number;
}

function readInto(target: JsonObject, { reader, length, plan, depth }: Place): JsonObject {
  if (depth > DEPTH_MAX) throw new WireError("it is nested too deep");
  readMessage(reader, length, (number, wireType) => {
    const field = plan.byNumber[number];
    if (field === undefined) return false;
    readField(target, field, { reader, wireType, depth });
    return true;
  });
  return target;
}

interface At {
  readonly reader: BinaryReader;
  readonly wireType: WireType;
  readonly depth: number;
}

function readField(target: JsonObject, field: FieldPlan, at: At): void {
  const { reader, wireType, depth } = at;
  const { kind, json, shape } = field;
  if (shape === "list") return readItems(listIn(target, json), field, at);
  assertWireType(wireType, field.wireType, field.name);
  if (shape === "map") return readEntry(mapIn(target, json), field, at);
  if (kind.kind === "message") {
    // A message that comes in two parts is one, as the encoding demands.
    const into = field.inline ? target : mapIn(target, json);
    readInto(into, { reader, length: reader.uint32(), plan: kind.plan, depth: depth + 1 });
    return;
  }
  const value = readKind(reader, kind, depth);
  if (saysNothing(kind, value)) delete target[json];
  else target[json] = value;
}

/** A zero, whether it is sent or not. One of a message is one that somebody has put there. */
function saysNothing({ kind }: Kind, value: unknown): boolean {
  return (value === 0 || value === "" || value === false) && kind !== "duration";
}

/** One item, or a packed run of them. */
function readItems(items: unknown[], { kind, name, wireType: own }: FieldPlan, at: At): void {
  const { reader, wireType, depth } = at;
  if (wireType === WireType.LengthDelimited && own !== WireType.LengthDelimited) {
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) items.push(readKind(reader, kind, depth));
    if (reader.pos !== end) throw new WireError(`${name} ends too early`);
    return;
  }
  assertWireType(wireType, own, name);
  items.push(readKind(reader, kind, depth));
}

/** Keys are texts in all of `dtask.v1`. */
function readEntry(map: JsonObject, { kind, name }: FieldPlan, { reader, depth }: At): void {
  let key = "";
  let value: unknown = "";
  readMessage(reader, reader.uint32(), (number, wireType) => {
    if (number > 2) return false;
    const expected = number === 1 ? WireType.LengthDelimited : wireTypeOf(kind);
    assertWireType(wireType, expected, `an entry of ${name}`);
    if (number === 1) key = reader.string(true);
    else value = readKind(reader, kind, depth);
    return true;
  });
  setMember(map, key, value);
}

function readKind(reader: BinaryReader, kind: Kind, depth: number): unknown {
  switch (kind.kind) {
    case "scalar":
      return readScalar(reader, kind.type);
    case "enum": {
      const number = reader.int32();
      // One that nobody knows stays a number, which no schema takes for a word.
      return kind.words.byNumber.get(number) ?? number;
    }
    case "null":
      return reader.bool() ? null : false;
    case "timestamp":
      return readTime(reader);
    case "duration":
      return readMilliseconds(reader);
    case "value":
      return readValue(reader, reader.uint32());
    case "list_value":
      return readListValue(reader, reader.uint32());
    case "message": {
      const length = reader.uint32();
      return readInto({}, { reader, length, plan: kind.plan, depth: depth + 1 });
    }
    case "struct":
      throw new Error("No request holds a Struct");
  }
}

function readScalar(reader: BinaryReader, type: ScalarType): unknown {
  switch (type) {
    case ScalarType.STRING:
      return reader.string(true);
    case ScalarType.BOOL:
      return reader.bool();
    case ScalarType.INT32:
      return reader.int32();
    case ScalarType.INT64:
      return Number(reader.int64());
    case ScalarType.DOUBLE:
      return reader.double();
    default:
      throw new Error(`No request holds a ${ScalarType[type]}`);
  }
}

/** Finer times than JSON's are cut: an instant does not begin before it is there. */
function readTime(reader: BinaryReader): string {
  const { seconds, nanos } = readSecondsAndNanos(reader);
  const time = new Date(seconds * 1_000 + Math.floor(nanos / 1e6));
  const valid = nanos >= 0 && nanos < 1e9 && !Number.isNaN(time.getTime());
  return valid ? time.toISOString() : NO_TIME;
}

/** A begun millisecond counts as one, so that no span of time becomes none. NaN is none for the schema. */
function readMilliseconds(reader: BinaryReader): number {
  const { seconds, nanos } = readSecondsAndNanos(reader);
  if (Math.abs(nanos) >= 1e9 || seconds * nanos < 0) return Number.NaN;
  const ms = Math.ceil(seconds * 1_000 + nanos / 1e6);
  return ms === 0 ? 0 : ms; // never -0
}

function readSecondsAndNanos(reader: BinaryReader): { seconds: number; nanos: number } {
  const read = { seconds: 0, nanos: 0 };
  readMessage(reader, reader.uint32(), (number, wireType) => {
    if (number > 2) return false;
    assertWireType(wireType, WireType.Varint, "a time");
    if (number === 1) read.seconds = Number(reader.int64());
    else read.nanos = reader.int32();
    return true;
  });
  return read;
}

function listIn(target: JsonObject, name: string): unknown[] {
  const list = target[name];
  if (Array.isArray(list)) return list;
  const made: unknown[] = [];
  target[name] = made;
  return made;
}

function mapIn(target: JsonObject, name: string): JsonObject {
  const map = target[name];
  if (isJsonMap(map)) return map;
  const made: JsonObject = {};
  target[name] = made;
  return made;
}
