/** Times as people write them: ISO 8601, or seconds since 1970, to the nanosecond. */

/** Seconds since 1970-01-01 UTC, negative before, and 0 to 999 999 999 nanoseconds behind them. */
export interface Time {
  readonly seconds: number
  readonly nanoseconds: number
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * Reads a time. What names no zone is UTC, on every machine; what names no time of the day is its beginning.
 * @param text - `2026-11-22T07:16:17.5Z`, `2026-11-22 08:16+01:00`, `2026-11-22`, or seconds since 1970 such as `1795331777.5`.
 * @throws RangeError quoting what is no time.
 */
export function parseTime(text: string): Time {
  const epoch = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text)
  if (epoch !== null) {
    const [, sign, whole, fraction] = epoch
    const nanoseconds = billionths(fraction)
    if (sign === '') return { seconds: Number(whole), nanoseconds }
    // Nanoseconds count forwards from the second before.
    return nanoseconds === 0
      ? { seconds: -Number(whole), nanoseconds }
      : { seconds: -Number(whole) - 1, nanoseconds: 1_000_000_000 - nanoseconds }
  }
  const match = ISO.exec(text)
  const milliseconds = match === null ? Number.NaN : utc(match)
  if (match === null || Number.isNaN(milliseconds)) throw new RangeError(`not a time: '${text}'`)
  return { seconds: milliseconds / 1000, nanoseconds: billionths(match[7]) }
}

/** Negative where a time comes before another one, positive behind it. */
export function compareTime(time: Time, seconds: number, nanoseconds: number): number {
  return time.seconds - seconds || time.nanoseconds - nanoseconds
}

/** Milliseconds since 1970 of whole seconds, `NaN` for a date or time that there is not. */
function utc([, year, month, day, hour = '00', minute = '00', second = '00', , zone = 'Z']: RegExpExecArray): number {
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.replace(/\D/g, '').padEnd(4, '0')
  const offset = sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)))
  if (Number(digits.slice(0, 2)) > 23 || Number(digits.slice(2)) > 59) return Number.NaN
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // 30 February is read as 2 March by some engines.
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(day)) return Number.NaN
  return local - offset * 60_000
}

function billionths(digits = ''): number {
  return Number(digits.padEnd(9, '0'))
}
