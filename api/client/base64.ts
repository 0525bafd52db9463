/** Base64 by what every runtime has: Node 20 knows neither `toBase64` nor `fromBase64`. */

/** As many characters as one call can take for arguments. */
const CHUNK = 8_192;

/** The text for `bytes`, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** The bytes of `text`. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
