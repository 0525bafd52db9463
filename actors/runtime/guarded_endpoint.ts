/** A port, as far as it is used. */
export interface GuardedEndpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: string, listener: PortListener): void;
  removeEventListener(type: string, listener: PortListener): void;
  start(): void;
  close(): void;
}

/** What Comlink registers on an endpoint. */
export type PortListener = EventListenerOrEventListenerObject;

// Taken before any other code of the isolate can replace them to get hold of a port.
const { postMessage, start, close } = MessagePort.prototype;
const { addEventListener, removeEventListener } = EventTarget.prototype;
const { apply } = Reflect;

/**
 * A port for Comlink that lets through answers and calls of `methods` alone. Without it whoever
 * holds the other end can reach every property path of what is exposed, and by `constructor` run
 * code of its own with this isolate's rights.
 */
export function guardedEndpoint(port: MessagePort, methods: readonly string[]): GuardedEndpoint {
  const allowed = new Set(methods);
  const filters = new Map<PortListener, (event: Event) => void>();
  return {
    postMessage: (message, transfer = []) => apply(postMessage, port, [message, transfer]),
    addEventListener(type, listener) {
      const filter = (event: Event) => {
        if (event instanceof MessageEvent && !passes(event.data, allowed)) return;
        if (typeof listener === "function") listener(event);
        else listener.handleEvent(event);
      };
      filters.set(listener, filter);
      apply(addEventListener, port, [type, filter]);
    },
    removeEventListener(type, listener) {
      apply(removeEventListener, port, [type, filters.get(listener) ?? listener]);
      filters.delete(listener);
    },
    start: () => apply(start, port, []),
    close: () => apply(close, port, []),
  };
}

/** True for a call of an allowed method with plain arguments, and for the answer to a call. */
function passes(data: unknown, allowed: ReadonlySet<string>): boolean {
  if (!isRecord(data)) return false;
  if (data["type"] === "APPLY") {
    const { path, argumentList } = data;
    return Array.isArray(path) && path.length === 1 && allowed.has(path[0]) &&
      Array.isArray(argumentList) && argumentList.every(isRaw);
  }
  return isRaw(data) || (data["type"] === "HANDLER" && data["name"] === "throw");
}

function isRaw(value: unknown): boolean {
  return isRecord(value) && value["type"] === "RAW";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
