import { useStore } from "@xyflow/react";

/**
 * How near a graph is seen: `far` away, what could be pressed is too small to be hit, and a press comes
 * nearer; farther, where no word can be read, `colours` fill what they are of.
 */
export type ZoomLevel = "near" | "far" | "colours";

/** From here on things are near. */
export const NEAR_ZOOM = 0.6;
const FAR_ZOOM = 0.32;

/** How near the graph around the component is seen. */
export function useZoomLevel(): ZoomLevel {
  return useStore(({ transform: [, , zoom] }) =>
    zoom >= NEAR_ZOOM ? "near" : zoom >= FAR_ZOOM ? "far" : "colours"
  );
}
