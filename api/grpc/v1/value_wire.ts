/** Values on the wire, `dtask.v1.Value`, and in the notation of JSON: neither is ever a value in between. */
import { type BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { LIMITS } from "../../../actors/domain/task.ts";
import { isJsonMap, setMember, tagOf } from "../../../actors/domain/value.ts";
import { assertWireType, readMessage, WireError } from "./wire_read.ts";

/** The fields of `dtask.v1.Value`. */
const [NULL, BOOL, NUMBER, INT64, UINT64, STRING, BYTES, LIST, MAP, RESULT] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
] as const;

/** More than a value may nest, so that the check of values is what refuses, and names the place. */
const DEPTH_MAX = LIMITS.valueDepth + 8;
const INT64_MAX = 2n ** 63n - 1n;

/** Reads a Value: its notation, or `undefined` where it holds nothing. */
export function readValue(reader: BinaryReader, length: number, depth = 1): unknown {
  if (depth > DEPTH_MAX) throw new WireError("a value is nested too deep");
  let json: unknown;
  readMessage(reader, length, (field, wireType) => {
    assertValueType(field, wireType);
    switch (field) {
      case NULL:
        reader.int32();
        json = null;
        return true;
      case BOOL:
        json = reader.bool();
        return true;
      case NUMBER:
        json = notation(reader.double());
        return true;
      case INT64:
        json = { $int64: String(reader.int64()) };
        return true;
      case UINT64:
        json = { $int64: String(reader.uint64()) };
        return true;
      case STRING:
        json = reader.string(true);
        return true;
      case BYTES:
        json = { $bytes: reader.bytes().toBase64() };
        return true;
      case LIST:
        json = readListValue(reader, reader.uint32(), depth);
        return true;
      case MAP:
        json = readMapValue(reader, reader.uint32(), depth);
        return true;
      case RESULT:
        json = { $result: reader.string(true) };
        return true;
      default:
        return false;
    }
  });
  return json;
}

/** Reads a ListValue. */
export function readListValue(reader: BinaryReader, length: number, depth = 0): unknown[] {
  const items: unknown[] = [];
  readMessage(reader, length, (field, wireType) => {
    if (field !== 1) return false;
    assertWireType(wireType, WireType.LengthDelimited, "values");
    items.push(readValue(reader, reader.uint32(), depth + 1));
    return true;
  });
  return items;
}

/** A map that looks like the notation of something else is written as `$map`. */
function readMapValue(reader: BinaryReader, length: number, depth: number): unknown {
  const map: Record<string, unknown> = {};
  readMessage(reader, length, (field, wireType) => {
    if (field !== 1) return false;
    assertWireType(wireType, WireType.LengthDelimited, "fields");
    readEntry(reader, map, depth + 1);
    return true;
  });
  return tagOf(map) === null ? map : { $map: map };
}

function readEntry(reader: BinaryReader, map: Record<string, unknown>, depth: number): void {
  let key = "";
  let value: unknown;
  readMessage(reader, reader.uint32(), (field, wireType) => {
    if (field > 2) return false;
    assertWireType(wireType, WireType.LengthDelimited, "an entry of fields");
    if (field === 1) key = reader.string(true);
    else value = readValue(reader, reader.uint32(), depth);
    return true;
  });
  setMember(map, key, value);
}

/** Writes the fields of a Value; `json` is a checked notation. */
export function writeValue(writer: BinaryWriter, json: unknown): void {
  switch (typeof json) {
    case "string":
      writer.tag(STRING, WireType.LengthDelimited).string(json);
      return;
    case "number":
      writer.tag(NUMBER, WireType.Bit64).double(json);
      return;
    case "boolean":
      writer.tag(BOOL, WireType.Varint).bool(json);
      return;
    default:
      if (json === null || json === undefined) writer.tag(NULL, WireType.Varint).int32(0);
      else if (Array.isArray(json)) writeList(writer, json);
      else if (isJsonMap(json)) writeObject(writer, json);
      else throw new TypeError(`A ${typeof json} is no notation of a value`);
  }
}

/** Writes the fields of a ListValue. */
export function writeListValue(writer: BinaryWriter, items: readonly unknown[]): void {
  for (const item of items) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeValue(writer, item);
    writer.join();
  }
}

function writeList(writer: BinaryWriter, items: readonly unknown[]): void {
  writer.tag(LIST, WireType.LengthDelimited).fork();
  writeListValue(writer, items);
  writer.join();
}

function writeObject(writer: BinaryWriter, json: Readonly<Record<string, unknown>>): void {
  const tag = tagOf(json);
  if (tag === null) return writeMap(writer, json);
  const content = json[tag];
  if (tag === "$map" && isJsonMap(content)) return writeMap(writer, content);
  if (typeof content !== "string") throw new TypeError(`${tag} holds no text`);
  switch (tag) {
    case "$int64":
      writeInteger(writer, BigInt(content));
      return;
    case "$bytes":
      writer.tag(BYTES, WireType.LengthDelimited).bytes(Uint8Array.fromBase64(content));
      return;
    case "$double":
      writer.tag(NUMBER, WireType.Bit64).double(Number(content));
      return;
    case "$result":
      writer.tag(RESULT, WireType.LengthDelimited).string(content);
      return;
    case "$map":
      throw new TypeError("$map holds no map");
  }
}

function writeInteger(writer: BinaryWriter, value: bigint): void {
  if (value > INT64_MAX) writer.tag(UINT64, WireType.Varint).uint64(value);
  else writer.tag(INT64, WireType.Varint).int64(value);
}

function writeMap(writer: BinaryWriter, map: Readonly<Record<string, unknown>>): void {
  writer.tag(MAP, WireType.LengthDelimited).fork();
  for (const [key, value] of Object.entries(map)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeValue(writer, value);
    writer.join().join();
  }
  writer.join();
}

function notation(value: number): unknown {
  return Number.isFinite(value) ? value : { $double: String(value) };
}

function assertValueType(field: number, wireType: WireType): void {
  const expected = WIRE_TYPES[field];
  if (expected !== undefined) assertWireType(wireType, expected, "a value");
}

const WIRE_TYPES: readonly (WireType | undefined)[] = [
  undefined,
  WireType.Varint,
  WireType.Varint,
  WireType.Bit64,
  WireType.Varint,
  WireType.Varint,
  ...Array(5).fill(WireType.LengthDelimited),
];
