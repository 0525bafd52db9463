import { type DescExtension, type DescFile, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Finds descriptors of generated files by what they declare. Nothing is read at run time. */
export class DescriptorIndex {
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  /** By the extended message, then by number. */
  readonly #extensions = new Map<string, Map<number, DescFile>>();

  /** Indexes `files` and all that they import. */
  constructor(files: readonly DescFile[]) {
    for (const file of files) this.#add(file);
  }

  /** Full names of the messages that can be asked for their extensions. */
  has(symbol: string): boolean {
    return this.#symbols.has(symbol);
  }

  /** The file of a name like `google/protobuf/any.proto` with its imports, serialised. */
  byFileName(name: string): Uint8Array[] | null {
    return serialise(this.#files.get(name));
  }

  /** The file that declares a full name, of a field and an enum value too, with its imports. */
  bySymbol(name: string): Uint8Array[] | null {
    return serialise(this.#symbols.get(name));
  }

  /** The file that extends `message` at `number`, with its imports. */
  byExtension(message: string, number: number): Uint8Array[] | null {
    return serialise(this.#extensions.get(message)?.get(number));
  }

  /** The numbers at which `message` is extended. */
  extensionNumbers(message: string): number[] {
    return [...this.#extensions.get(message)?.keys() ?? []];
  }

  #add(file: DescFile): void {
    if (this.#files.has(file.proto.name)) return;
    this.#files.set(file.proto.name, file);
    for (const type of nestedTypes(file)) {
      this.#symbols.set(type.typeName, file);
      switch (type.kind) {
        case "message":
          for (const field of type.fields) {
            this.#symbols.set(`${type.typeName}.${field.name}`, file);
          }
          break;
        case "service":
          for (const method of type.methods) {
            this.#symbols.set(`${type.typeName}.${method.name}`, file);
          }
          break;
        case "enum":
          // A value's full name stands beside its enum's, not inside.
          for (const value of type.values) {
            this.#symbols.set(scopeOf(type.typeName) + value.name, file);
          }
          break;
        case "extension":
          this.#addExtension(type, file);
          break;
      }
    }
    for (const dependency of file.dependencies) this.#add(dependency);
  }

  #addExtension({ extendee, number }: DescExtension, file: DescFile): void {
    const numbers = this.#extensions.get(extendee.typeName) ?? new Map<number, DescFile>();
    numbers.set(number, file);
    this.#extensions.set(extendee.typeName, numbers);
  }
}

function scopeOf(typeName: string): string {
  return typeName.slice(0, typeName.lastIndexOf(".") + 1);
}

/** The file first, then what it imports, each once. */
function serialise(file: DescFile | undefined): Uint8Array[] | null {
  if (file === undefined) return null;
  const all = new Set<DescFile>([file]);
  // A set takes what is added while it is walked, so this reaches the imports of imports.
  for (const next of all) for (const dependency of next.dependencies) all.add(dependency);
  return [...all].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}
