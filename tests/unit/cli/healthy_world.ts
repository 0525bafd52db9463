import type { CliPorts } from "../../../api/cli/mod.ts";
import { FakeWorld, type FakeWorldOptions } from "./fake_world.ts";

/** Where its secret is. */
export const SECRET_PATH = "/home/user/data/secret";

/** A machine on which everything is in order and nothing runs. */
export function healthyWorld({ ports, ...options }: FakeWorldOptions = {}): FakeWorld {
  const noNode: CliPorts["fetch"] = () => Promise.reject(new TypeError("connection refused"));
  const world = new FakeWorld({ ...options, ports: { fetch: noNode, ...ports } });
  world.files.folders.add("/home/user/data");
  world.files.files.set(SECRET_PATH, "s".repeat(40));
  world.files.modes.set(SECRET_PATH, 0o600);
  return world;
}
