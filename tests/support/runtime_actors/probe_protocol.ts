/** What the actors of the runtime's tests take; `probe.ts` is the actor. */
export type ProbeMessage =
  | { readonly kind: "Echo"; readonly value: unknown }
  /** Answers when the next `Release` comes. */
  | { readonly kind: "Hold"; readonly value: number }
  | { readonly kind: "Release" }
  | { readonly kind: "Note"; readonly value: number }
  | { readonly kind: "GetNotes" }
  | { readonly kind: "GetPeerEvents" }
  | { readonly kind: "GetIncarnation" }
  | { readonly kind: "Throw"; readonly text: string }
  /** Answers with what can't be cloned. */
  | { readonly kind: "AnswerFunction" }
  /** Rejects a promise that nobody handles. */
  | { readonly kind: "RejectOutside"; readonly text: string }
  | { readonly kind: "Fail"; readonly text: string }
  /** Asks a peer `Echo` and answers with how that went. */
  | { readonly kind: "AskPeer"; readonly peer: string; readonly deadlineMs: number }
  /** Sends a peer `count` messages of one kind at once and answers with the results' codes. */
  | {
    readonly kind: "Flood";
    readonly peer: string;
    readonly count: number;
    readonly message: "Hold" | "Note" | "Echo";
  }
  /** Busy for this long. */
  | { readonly kind: "Spin"; readonly ms: number }
  /** Keeps `inFlight` asks under way until `count` are answered; answers with the ms it took. */
  | {
    readonly kind: "Measure";
    readonly peer: string;
    readonly count: number;
    readonly inFlight: number;
  }
  | { readonly kind: "MeasureTells"; readonly peer: string; readonly count: number };

export interface SeenPeerEvent {
  readonly peer: string;
  readonly state: "up" | "down";
}

export interface ProbeReplies {
  Echo: unknown;
  Hold: number;
  GetNotes: readonly number[];
  GetPeerEvents: readonly SeenPeerEvent[];
  GetIncarnation: string;
  Throw: never;
  AnswerFunction: never;
  AskPeer: string;
  Flood: Readonly<Record<string, number>>;
  Spin: null;
  Measure: number;
  MeasureTells: number;
}

export interface ProbeProtocol {
  readonly message: ProbeMessage;
  readonly replies: ProbeReplies;
}

/** What a probe is started with. */
export interface ProbeInit {
  /** Fails the start with this text. */
  readonly failStart?: string;
  /** Never becomes ready. */
  readonly hangStart?: boolean;
  /** Asks this peer in the factory. */
  readonly askAtStart?: string;
  /** Told to the supervisor, as a `Note`, when it stops; and it takes `stopMs`. */
  readonly noteAtStop?: number;
  /** Never ends its `stop`. */
  readonly hangStop?: boolean;
}
