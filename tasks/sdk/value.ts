/**
 * What tasks take and give: everything that the notation of arguments and results can write.
 * 64-bit integers are bigints; 32-bit integers, floats and doubles are numbers.
 */
export type TaskValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly TaskValue[]
  | { readonly [key: string]: TaskValue };
