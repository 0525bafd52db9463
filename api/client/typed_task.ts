/** What the compiler knows of a task by its definition: what it takes, and what it gives. */
import type { ResultReference } from "./result_reference.ts";

/** What the client looks at in a definition that `task()` made. */
export interface AnyTask {
  readonly name: string;
  readonly input: unknown;
  readonly run: (input: never, ctx: never) => unknown;
}

/** What tasks take and give once it is read: 64-bit integers are bigints. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A task of which only the name is known. */
export interface LooseTask extends AnyTask {
  readonly input: Schema<readonly Value[]>;
  readonly run: () => Value;
}

interface Schema<Args> {
  readonly "~standard": { readonly types?: { readonly input: Args } | undefined };
}

/** The array of arguments that a task takes. */
export type ArgumentsOf<T extends AnyTask> = NonNullable<T["input"]> extends Schema<infer Args>
  ? Args extends readonly unknown[] ? Args : never
  : never;

/** What a client gets as the result of a task; nothing is null. */
export type ResultOf<T extends AnyTask> = Received<Awaited<ReturnType<T["run"]>>>;

// deno-lint-ignore no-explicit-any -- `any` has to be told from all other types
type Received<T> = 0 extends (1 & T) ? any : T extends undefined | void ? null : T;

/** The arguments, each of which may be, or hold, the result of another task. */
export type GivenArguments<Args extends readonly unknown[]> = {
  readonly [Index in keyof Args]: Given<Args[Index]>;
};

type Leaf = undefined | null | boolean | number | bigint | string | Uint8Array;

/** What may be given where nothing is known of what is taken. */
export type LooseArgument =
  | Leaf
  | ResultReference
  | readonly LooseArgument[]
  | { readonly [key: string]: LooseArgument };

/** `T`, or what will be one. */
type Given<T> = [Value] extends [T] ? LooseArgument : ResultReference<T> | GivenParts<T>;

type GivenParts<T> = T extends Leaf ? T
  : T extends object ? { readonly [Key in keyof T]: Given<T[Key]> }
  : T;
