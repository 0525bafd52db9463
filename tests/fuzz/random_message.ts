/** Random messages of a descriptor. */
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import type { Chance } from "./chance.ts";
import type { KnownWords } from "./known_words.ts";

const DEPTH_MAX = 5;
const GIVEN = 0.3;
const ALWAYS = ["task", "tasks", "submission", "method", "id", "name", "schedule", "queue"];

/** Makes messages whose fields hold what may make sense there, or not. */
export class RandomMessages {
  readonly #chance: Chance;
  readonly #words: KnownWords;

  constructor(chance: Chance, words: KnownWords) {
    this.#chance = chance;
    this.#words = words;
  }

  make(schema: DescMessage, depth = 0): Message {
    const chance = this.#chance;
    if (schema.typeName === "google.protobuf.Duration") {
      // Where it is how long to wait for an answer, most are short.
      const seconds = BigInt(chance.happens(0.05) ? chance.below(3) : 0);
      return create(schema, { seconds, nanos: chance.below(100) * 1_000_000 });
    }
    if (schema.typeName === "google.protobuf.Timestamp") {
      return create(schema, {
        seconds: BigInt(1_767_225_600 + chance.below(31_536_000)),
        nanos: 0,
      });
    }
    const fields: Record<string, unknown> = {};
    for (const oneof of schema.oneofs) {
      const field = chance.of(oneof.fields);
      const value = this.#value(field, depth);
      if (chance.happens(0.8)) fields[oneof.localName] = { case: field.localName, value };
    }
    for (const field of schema.fields) {
      if (field.oneof !== undefined) continue;
      const given = ALWAYS.includes(field.localName) ? 0.95 : GIVEN;
      if (chance.happens(given)) fields[field.localName] = this.#value(field, depth);
    }
    return create(schema, fields);
  }

  #value(field: DescField, depth: number): unknown {
    const chance = this.#chance;
    if (field.fieldKind === "list") {
      const length = depth >= DEPTH_MAX ? 0 : chance.below(4);
      return Array.from({ length }, () => this.#item(field, depth));
    }
    if (field.fieldKind === "map") {
      const length = depth >= DEPTH_MAX ? 0 : chance.below(3);
      const keys = Array.from({ length }, (_, i) => `k${i}`);
      return Object.fromEntries(keys.map((key) => [key, this.#item(field, depth)]));
    }
    return this.#item(field, depth);
  }

  #item(field: DescField, depth: number): unknown {
    if (field.message !== undefined) {
      // The library takes a Struct as the JSON that it is.
      if (field.message.typeName === "google.protobuf.Struct") return {};
      return depth >= DEPTH_MAX ? create(field.message) : this.make(field.message, depth + 1);
    }
    if (field.enum !== undefined) return this.#enumValue(field.enum);
    return this.#scalar(field);
  }

  #enumValue({ values }: DescEnum): number {
    const chance = this.#chance;
    return chance.happens(0.95) ? chance.of(values).number : 99;
  }

  #scalar(field: DescField): unknown {
    const chance = this.#chance;
    switch (field.scalar) {
      case ScalarType.BOOL:
        return chance.happens(0.5);
      case ScalarType.BYTES:
        return chance.bytes(20);
      case ScalarType.DOUBLE:
      case ScalarType.FLOAT:
        return chance.of([0, 1.5, -2, 1e300, NaN, Infinity, chance.below(1_000)]);
      case ScalarType.INT64:
      case ScalarType.SINT64:
      case ScalarType.SFIXED64:
        return BigInt(chance.between(-1_000, 1_000)) ** 3n;
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return BigInt(chance.below(1_000)) ** 4n;
      case ScalarType.STRING:
        return this.#text(field.localName);
      default:
        return chance.happens(0.9) ? chance.below(50) : chance.below(2 ** 31);
    }
  }

  #text(field: string): string {
    const chance = this.#chance;
    const words = this.#words.of(field).flat().filter((word) => typeof word === "string");
    if (words.length > 0 && chance.happens(0.9)) return chance.of(words);
    return chance.happens(0.7) ? `w-${chance.below(50)}` : chance.text(30);
  }
}
