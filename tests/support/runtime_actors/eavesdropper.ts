/** Worker entry whose actor listens to all that its global scope hears, and tells how much that is. */
import { serveActor } from "../../../actors/runtime/mod.ts";
import type { ProbeProtocol } from "./probe_protocol.ts";

serveActor<ProbeProtocol, unknown>(() => {
  let heard = 0;
  self.addEventListener("message", () => heard++);
  return { behaviour: { receive: () => heard } };
}, { laneOf: {}, max: {} });
