/** What every decoder of `dtask.v1` has in common: the walk over the fields of a message. */
import type { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Bytes that are no message of their type; the text says what is wrong. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/**
 * Walks over the fields in the next `length` bytes. `read` takes a field from the reader and answers
 * true; what it does not know it answers false to, and that is passed over.
 */
export function readMessage(
  reader: BinaryReader,
  length: number,
  read: (field: number, wireType: WireType) => boolean,
): void {
  const end = reader.pos + length;
  if (end > reader.len) throw new WireError("it ends too early");
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (!read(field, wireType)) reader.skip(wireType, field);
  }
  if (reader.pos !== end) throw new WireError("a field is longer than its message");
}

/** Throws where a field has another wire type than its own: reading it would give some value. */
export function assertWireType(actual: WireType, expected: WireType, name: string): void {
  if (actual !== expected) throw new WireError(`${name} has wire type ${actual}`);
}
