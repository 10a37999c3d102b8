/** Names of the encapsulations in sentences. */

const NAMES: Readonly<Record<string, string>> = {
  vxlan: 'VXLAN',
  'vxlan-gpe': 'VXLAN-GPE',
  geneve: 'Geneve',
  nvgre: 'NVGRE',
}

/** An encapsulation as its specification writes it (RFC 7348, draft-ietf-nvo3-vxlan-gpe, RFC 8926, RFC 7637): `VXLAN` for `vxlan`. */
export function kindName(kind: string): string {
  return NAMES[kind] ?? kind
}
