/** What a packet may be built of: fields of a wrong type are refused by name, before anything is made of them. */
import { checkBoolean, checkInteger, checkList, checkObject, refuseType } from '../../option.ts'

/** Most zeros that padding is made of: the longest IP packet. */
const MOST_PADDING = 65_535

/** Fields that are bytes of any length, lists of options, and true or false; numbers and addresses are checked where they are encoded. */
const BYTES: readonly string[] = ['data', 'integrityCheckValue', 'bytes']
const FLAGS: readonly string[] = ['framed', 'compressed', 'littleEndian']

/**
 * Refuses a part of which a field has a wrong type.
 * @throws TypeError naming the field and the value.
 */
export function checkPart(part: { readonly layer: string }): void {
  const { layer } = part
  for (const [field, value] of Object.entries(part) as [string, unknown][]) {
    if (field === 'layer' || value === undefined) continue
    const name = `${layer}.${field}`
    if (typeof value === 'bigint') refuseType(name, value, 'a number')
    if (BYTES.includes(field)) checkRaw(name, value)
    else if (FLAGS.includes(field)) checkBoolean(name, value)
    else if (field === 'snap') checkObject(name, value)
    else if (field === 'options') checkOptions(name, value, layer !== 'neighbor')
    else if (field === 'records') checkList(name, value, checkRecord)
    else if (field === 'query') checkSources(name, value)
  }
}

/** Refuses a number of zeros that no packet is padded with. */
export function checkPadding(count: number): void {
  checkInteger('padding.bytes', count, 0, MOST_PADDING)
}

function checkRaw(name: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) refuseType(name, value, 'a Uint8Array')
}

function checkOptions(name: string, value: unknown, mayBeRaw: boolean): void {
  if (mayBeRaw && value instanceof Uint8Array) return
  if (!Array.isArray(value))
    refuseType(name, value, mayBeRaw ? 'a Uint8Array or a list of options' : 'a list of options')
  checkList(name, value, (member, option) => {
    checkObject(member, option)
    checkRaw(`${member}.data`, (option as { data?: unknown }).data)
  })
}

/** A group record of IGMP. */
function checkRecord(name: string, record: unknown): void {
  checkSources(name, record)
  checkRaw(`${name}.auxiliary`, (record as { auxiliary?: unknown }).auxiliary)
}

function checkSources(name: string, value: unknown): void {
  checkObject(name, value)
  const { sources } = value as { sources?: unknown }
  if (!Array.isArray(sources)) refuseType(`${name}.sources`, sources, 'an array')
}
