/** Every bound of reading a capture, so that no file can exhaust memory, however hostile. */

/**
 * Largest packet record, with its headers, options and padding: 16 MiB. A larger one is reported as damage, not allocated.
 * Network captures stay far below: Wireshark allows 256 KiB for them, BIG TCP super-frames reach 512 KiB. Only USB and D-Bus
 * captures may claim more, and no overlay travels there.
 */
export const MAX_RECORD_LENGTH = 16 * 1024 * 1024

/**
 * Largest captured length that needs no declaration: 256 KiB, the `MAXIMUM_SNAPLEN` of libpcap and Wireshark.
 * A record may exceed it only when the file's snap length does, or is 0 (unlimited).
 */
export const USUAL_MAX_CAPTURED = 262_144

/** Interfaces of one file, over all its pcapng sections. A file with more is reported as damaged. */
export const MAX_INTERFACES = 65_536

/** Bytes of a section, interface or statistics block that are looked at; options beyond are skipped like an unknown block. */
export const MAX_OPTION_BYTES = 64 * 1024

/**
 * Characters of names, descriptions, filters and comments kept for one file, and of the comments of one packet; later texts read
 * as absent.
 */
export const MAX_TEXT = 4 * 1024 * 1024

/** Characters that a text counts for at least: an empty one takes memory too, and four bytes of a file make one. */
export const LEAST_TEXT = 16

/** pcapng sections and name records that are described; further ones are read, but leave no description. */
export const MAX_DESCRIPTIONS = 65_536

/** Bytes that a reader's window starts with, unless told otherwise: 512 KiB. */
export const WINDOW_LENGTH = 512 * 1024

/** Smallest window: every header of both formats fits. */
export const MIN_WINDOW_LENGTH = 64

/** Largest window that a reader may be told to start with: 1 GiB. */
export const MAX_WINDOW_LENGTH = 1024 * 1024 * 1024
