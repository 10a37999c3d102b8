/** How far the reading of one capture is, for whoever watches it. */

/** Where a reader of captures stands. */
interface Position {
  /** Bytes that were read so far. */
  readonly bytesRead: number
  /** Bytes of those in records of zeros that may not be packets. */
  readonly bytesUncounted: number
}

/**
 * Bytes of a file that are done with. A run of records of zeros is looked through before anybody knows whether they are packets, and
 * counted when they are, which takes as long again: it is half done when it has been looked through.
 */
export class ReadingProgress {
  #told = 0
  /** Where the bytes stood before the run: of the capture, and as they are stored. */
  #before = 0
  #storedBefore = 0

  /**
   * Bytes done with so far, as they are stored; never less than the last time.
   * @param stored - Stored bytes that were read so far, where the capture is compressed.
   */
  bytes(reader: Position, stored: number = reader.bytesRead): number {
    const { bytesRead, bytesUncounted } = reader
    if (bytesUncounted === 0) {
      this.#before = bytesRead
      this.#storedBefore = stored
    }
    const since = Math.max(bytesRead - this.#before, bytesUncounted, 1)
    const left = Math.floor(((stored - this.#storedBefore) * bytesUncounted) / since / 2)
    this.#told = Math.max(this.#told, stored - left)
    return this.#told
  }
}
