/**
 * How the messages of `dtask.v1` and the JSON of the API correspond: by the names of their fields. What
 * is said here is all that the two encodings differ in; what is valid, the schema says for both.
 *
 * | in the message | in JSON |
 * | --- | --- |
 * | `run_at`, a Timestamp | `runAt`, ISO 8601 |
 * | `timeout`, a Duration | `timeoutMs`, a number |
 * | an enum, without its prefix | a word in lower case |
 * | Value, ListValue | the notation of values |
 * | Struct | any JSON object |
 * | a zero, an empty text or list | nothing |
 * | `no_on_failure`, true | `onFailure`, null |
 * | the fields of an `INLINE` message | fields of the message around it |
 */
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";

/** What a field, an item of a list or a value of a map is. */
export type Kind =
  | { readonly kind: "scalar"; readonly type: ScalarType }
  | { readonly kind: "enum"; readonly words: EnumWords }
  | { readonly kind: "message"; readonly plan: MessagePlan }
  /** Types with a form of their own in JSON. */
  | { readonly kind: "timestamp" | "duration" | "value" | "list_value" | "struct" }
  /** Stands for `null` where it is true. */
  | { readonly kind: "null" };

/** A field and its member of the JSON. */
export interface FieldPlan {
  readonly number: number;
  /** As the .proto file names it. */
  readonly name: string;
  readonly json: string;
  readonly shape: "one" | "list" | "map";
  readonly kind: Kind;
  readonly wireType: WireType;
  /** Its fields belong to the JSON of the message around it. */
  readonly inline: boolean;
  /** Whether an answer has it, where `null` does not say so. */
  readonly isIn?: (answer: Readonly<Record<string, unknown>>) => boolean;
}

/** A message and its JSON. */
export interface MessagePlan {
  readonly typeName: string;
  readonly fields: readonly FieldPlan[];
  /** By number. */
  readonly byNumber: readonly (FieldPlan | undefined)[];
}

/** The words of an enum by number, and back. Its zero has none. */
export interface EnumWords {
  readonly byNumber: ReadonlyMap<number, string>;
  readonly byWord: ReadonlyMap<string, number>;
}

/** Messages that group what the JSON has side by side. */
const INLINE: ReadonlySet<string> = new Set([
  "dtask.v1.ListTasksRequest.filter",
  "dtask.v1.WatchTasksRequest.filter",
  "dtask.v1.ListDeadLettersRequest.filter",
  "dtask.v1.DeadLetter.task",
  "dtask.v1.SubmitTaskRequest.task",
  "dtask.v1.SubmitWorkflowRequest.workflow",
  "dtask.v1.SetQueueRequest.settings",
  "dtask.v1.Queue.settings",
  "dtask.v1.SetScheduleRequest.settings",
  "dtask.v1.Schedule.settings",
  "dtask.v1.ScheduleSettings.task",
]);

/** Fields whose names say more than their members'. */
const RENAMED: Readonly<Record<string, string>> = {
  "dtask.v1.TaskFilter.id_prefix": "q",
  "dtask.v1.TaskFilter.statuses": "status",
  "dtask.v1.DeadLetterFilter.id_prefix": "q",
  "dtask.v1.ListWorkflowsRequest.prefix": "q",
  "dtask.v1.WatchTasksRequest.resume_token": "after",
  "dtask.v1.WatchTasksResponse.resume_token": "after",
};

/** A result may be null, and JSON says null where there is none, too. */
const IS_IN: Readonly<Record<string, NonNullable<FieldPlan["isIn"]>>> = {
  "dtask.v1.Task.result": ({ status, resultOmitted }) =>
    status === "completed" && resultOmitted !== true,
};

const SPECIAL: Readonly<Record<string, Kind>> = {
  "google.protobuf.Timestamp": { kind: "timestamp" },
  "google.protobuf.Duration": { kind: "duration" },
  "google.protobuf.Struct": { kind: "struct" },
  "dtask.v1.Value": { kind: "value" },
  "dtask.v1.ListValue": { kind: "list_value" },
};

const plans = new Map<DescMessage, MessagePlan>();

/** The plan of a message, made once. */
export function planOf(message: DescMessage): MessagePlan {
  const known = plans.get(message);
  if (known !== undefined) return known;
  const fields: FieldPlan[] = [];
  const byNumber: FieldPlan[] = [];
  const plan = { typeName: message.typeName, fields, byNumber };
  plans.set(message, plan); // before its fields: a message may hold itself
  for (const field of message.fields) {
    const planned = planField(field);
    fields.push(planned);
    byNumber[planned.number] = planned;
  }
  return plan;
}

function planField(field: DescField): FieldPlan {
  const kind = kindOf(field);
  const shape = field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "one";
  const fullName = `${field.parent.typeName}.${field.name}`;
  return {
    number: field.number,
    name: field.name,
    json: RENAMED[fullName] ?? memberOf(field, kind),
    shape,
    kind,
    wireType: shape === "map" ? WireType.LengthDelimited : wireTypeOf(kind),
    inline: INLINE.has(fullName),
    ...(IS_IN[fullName] && { isIn: IS_IN[fullName] }),
  };
}

function memberOf(field: DescField, kind: Kind): string {
  if (kind.kind === "null") return camelCase(field.name.slice("no_".length));
  return kind.kind === "duration" ? `${camelCase(field.name)}Ms` : camelCase(field.name);
}

function kindOf(field: DescField): Kind {
  if (field.enum !== undefined) return { kind: "enum", words: wordsOf(field.enum) };
  if (field.message !== undefined) {
    return SPECIAL[field.message.typeName] ?? { kind: "message", plan: planOf(field.message) };
  }
  return field.name.startsWith("no_") ? { kind: "null" } : { kind: "scalar", type: field.scalar };
}

function wordsOf(declared: DescEnum): EnumWords {
  const words = declared.values.filter(({ number }) => number !== 0)
    .map(({ number, localName }) => [number, localName.toLowerCase()] as const);
  return {
    byNumber: new Map(words),
    byWord: new Map(words.map(([number, word]) => [word, number])),
  };
}

/** The wire type of a field of one `kind`, or of an item. */
export function wireTypeOf(kind: Kind): WireType {
  switch (kind.kind) {
    case "enum":
    case "null":
      return WireType.Varint;
    case "scalar":
      return wireTypeOfScalar(kind.type);
    default:
      return WireType.LengthDelimited;
  }
}

/** Of the types that `dtask.v1` uses. */
function wireTypeOfScalar(type: ScalarType): WireType {
  switch (type) {
    case ScalarType.STRING:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
      return WireType.Bit64;
    case ScalarType.BOOL:
    case ScalarType.INT32:
    case ScalarType.INT64:
      return WireType.Varint;
    default:
      throw new Error(`The scalar type ${ScalarType[type]} has no JSON yet`);
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
