/** Entry of the http actor's isolate. Its rights: its one address, and a key set's where there is one. */
import type { FrontEndProtocol } from "../../actors/protocol.ts";
import { serveActor } from "../../actors/runtime/mod.ts";
import { configureLogging } from "../../actors/telemetry/logger.ts";
import { HTTP_LANES, type HttpInit, startHttpActor } from "./http_actor.ts";

serveActor<FrontEndProtocol, HttpInit>(
  (init, context) => {
    const { logFormat, logLevel } = init.config;
    configureLogging({ format: logFormat, level: logLevel });
    return startHttpActor(init, context);
  },
  HTTP_LANES,
);
