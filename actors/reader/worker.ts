/** Entry of the reader's isolate. Its rights: the data folder, or the database's address. */
import { serveActor } from "../runtime/mod.ts";
import { READER } from "./entry.ts";

serveActor(READER.factory, READER.lanes);
