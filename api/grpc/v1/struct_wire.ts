/** JSON objects as `google.protobuf.Struct`. */
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The fields of `google.protobuf.Value`. */
const [NULL, NUMBER, STRING, BOOL, STRUCT, LIST] = [1, 2, 3, 4, 5, 6] as const;

/** Writes the fields of a Struct; members that are `undefined` are left out, as in JSON. */
export function writeStruct(writer: BinaryWriter, object: object): void {
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeJson(writer, value);
    writer.join().join();
  }
}

function writeJson(writer: BinaryWriter, json: unknown): void {
  switch (typeof json) {
    case "number":
      writer.tag(NUMBER, WireType.Bit64).double(json);
      return;
    case "string":
      writer.tag(STRING, WireType.LengthDelimited).string(json);
      return;
    case "boolean":
      writer.tag(BOOL, WireType.Varint).bool(json);
      return;
    default:
      if (Array.isArray(json)) writeList(writer, json);
      else if (typeof json === "object" && json !== null) writeObject(writer, json);
      else writer.tag(NULL, WireType.Varint).int32(0);
  }
}

function writeList(writer: BinaryWriter, items: readonly unknown[]): void {
  writer.tag(LIST, WireType.LengthDelimited).fork();
  for (const item of items) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeJson(writer, item);
    writer.join();
  }
  writer.join();
}

function writeObject(writer: BinaryWriter, object: object): void {
  writer.tag(STRUCT, WireType.LengthDelimited).fork();
  writeStruct(writer, object);
  writer.join();
}
