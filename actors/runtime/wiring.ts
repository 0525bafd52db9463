import type { ActorCell } from "./actor_cell.ts";
import { SUPERVISOR } from "./supervisor_name.ts";
import type { Child } from "./child.ts";
import type { Peer, Transport } from "./transport.ts";

export interface WiringOptions {
  readonly transport: Transport;
  readonly children: ReadonlyMap<string, Child>;
  /** The supervisor's own actor, linked with every other. */
  readonly cell: ActorCell;
  readonly self: Peer;
}

/** Connects the incarnations of linked actors as they come, and tells their peers when they go. */
export class Wiring {
  readonly #options: WiringOptions;

  constructor(options: WiringOptions) {
    this.#options = options;
  }

  /** Connects a loaded incarnation with the supervisor and with every linked one that is there. */
  connect(child: Child): void {
    const { transport, cell, self } = this.#options;
    const { life } = child;
    const peer = life?.peer;
    if (!life || !peer) return;
    cell.connect(peer, transport.connectHere({ isolate: life.isolate, peer: self }));
    for (const other of this.#linkedWith(child)) {
      if (other.gone) life.isolate.disconnect(other.spec.name, true);
      const otherPeer = other.life?.peer;
      if (!other.connected || !other.life || !otherPeer) continue;
      transport.connect(
        { isolate: life.isolate, peer: otherPeer },
        { isolate: other.life.isolate, peer },
      );
    }
    child.connected = true;
  }

  /** Names of all that the child may reach: those it names, and those that name it. */
  linksOf(child: Child): readonly string[] {
    const names = this.#linkedWith(child).map((other) => other.spec.name);
    return [...new Set([SUPERVISOR, ...child.spec.links, ...names])];
  }

  /** Tells every peer that the incarnation is dead; `gone`: and that none will follow. */
  disconnect(child: Child, gone: boolean): void {
    child.connected = false;
    this.#options.cell.disconnect(child.spec.name, gone);
    for (const other of this.#linkedWith(child)) {
      if (other.connected) other.life?.isolate.disconnect(child.spec.name, gone);
    }
  }

  #linkedWith(child: Child): readonly Child[] {
    return [...this.#options.children.values()].filter((other) =>
      other !== child &&
      (child.spec.links.includes(other.spec.name) || other.spec.links.includes(child.spec.name))
    );
  }
}
