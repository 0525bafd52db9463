import type { AskFailure } from "./actor.ts";

/** A message without an answer. */
export interface TellEnvelope {
  readonly kind: "tell";
  readonly message: { readonly kind: string };
}

/** A message whose answer carries the same `id`; ids never repeat between two actors. */
export interface AskEnvelope {
  readonly kind: "ask";
  readonly id: number;
  readonly message: { readonly kind: string };
}

/** What goes towards an actor's `receive`. */
export type RequestEnvelope = TellEnvelope | AskEnvelope;

/** The answer to an ask. */
export type ReplyEnvelope =
  | { readonly kind: "reply"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly error: AskFailure };

/** What one hop carries: everything that was waiting when it was sent, as far as it is bounded. */
export interface Batch {
  readonly replies: readonly ReplyEnvelope[];
  readonly requests: readonly RequestEnvelope[];
}
