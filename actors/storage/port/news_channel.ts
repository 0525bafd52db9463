/** A channel on which the nodes that share a store call each other, outside of all transactions. */

export interface NewsChannelOptions {
  /** Hears every text that is sent from now on, this node's own included. */
  readonly onText: (text: string) => void;
}

/** Texts may get lost, with the connection or for want of room; whoever is deaf has to look. */
export interface NewsChannel {
  /** True once nothing can be heard on it any more. */
  readonly lost: boolean;
  /**
   * Sends texts of fewer than 8,000 bytes each.
   *
   * @throws {StoreUnavailableError} when the store can't be reached.
   */
  send(texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
