/** The addresses on which a start would listen. */
import type { Address } from "../../../actors/config.ts";
import type { CliPorts } from "../cli_ports.ts";
import { localAddress } from "../node_file.ts";
import { formatAddress } from "../value_kind.ts";
import type { Verdict } from "./finding.ts";
import type { RunningNode } from "./node_check.ts";

/** Whether a start could listen there, or a node that runs does. */
export async function checkPort(
  address: Address,
  { flag, takes, ports }: {
    /** The option that names another address. */
    readonly flag: string;
    readonly takes: RunningNode["takes"];
    readonly ports: CliPorts;
  },
): Promise<Verdict> {
  const text = formatAddress(address);
  const found = await ports.checkBind(address);
  if (found === "free") return { level: "ok", detail: `${text} is free` };
  if (found === "in_use") {
    return takes(localAddress(address))
      ? { level: "ok", detail: `${text} is taken by the node that runs` }
      : {
        level: "FAIL",
        detail: `${text} is taken by something else; stop that, or choose another with ${flag}`,
      };
  }
  const isFallback = "asked" in address && address.asked === false;
  return isFallback
    ? { level: "warn", detail: `${text}: ${found.failed}; a start takes 127.0.0.1 instead` }
    : { level: "FAIL", detail: `${text}: ${found.failed}; choose another with ${flag}` };
}
