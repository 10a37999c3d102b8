/** The direction that a reader has chosen, as it stands in the address. */

/** Where a direction is asked for. */
export function addressOfDirection(index: number): string {
  return `#direction=${index}`
}

/** The direction of an address; `null` for none of this page. @param hash - With its `#`. */
export function directionIn(hash: string, directions: number): number | null {
  const found = /^#direction=(\d{1,9})$/.exec(hash)
  const index = Number(found?.[1] ?? Number.NaN)
  return index < directions ? index : null
}

/** Id of a direction's part of the page. */
export function idOf(index: number): string {
  return `direction-${index}`
}
