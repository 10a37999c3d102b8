/** Remedies name the encapsulation at hand. */
import { describe, expect, it } from 'vitest'
import { zeroChecksumIpv6 } from '../../../src/findings/integrity/zero-checksum-ipv6.ts'
import type { Tunnel } from '../../../src/findings/words/display-filter.ts'
import { linkCommand, localAddressCommand, sourcePortCommand } from '../../../src/findings/words/tunnel-command.ts'

const of = (kind: Tunnel['kind']): Tunnel[] => [{ kind, port: 1 }]

describe('commands', () => {
  it('are those of the tunnel’s kind', () => {
    expect(linkCommand(of('vxlan'), 'tos inherit')).toBe('ip link … type vxlan … tos inherit')
    expect(linkCommand(of('vxlan-gpe'), 'ttl 64')).toBe('ip link … type vxlan … gpe ttl 64')
    expect(linkCommand(of('geneve'), 'udpcsum')).toBe('ip link … type geneve … udpcsum')
    expect(linkCommand(of('nvgre'), 'noudpcsum')).toBe('ip link … type gretap … nocsum')
    expect(linkCommand([], 'ttl 64')).toContain('vxlan')
    expect(localAddressCommand(of('geneve'), '10.0.0.1')).toBe('ip route … src 10.0.0.1')
    expect(localAddressCommand(of('vxlan'), '10.0.0.1')).toBe('ip link … type vxlan … local 10.0.0.1')
    expect(sourcePortCommand(of('geneve'))).toContain('ip_local_port_range')
    expect(sourcePortCommand(of('vxlan'))).toContain('srcport')
  })

  it('stand in the remedies', () => {
    const remedy = (kind: Tunnel['kind']) =>
      zeroChecksumIpv6.remedy({
        subject: {},
        count: 1,
        packets: [1],
        facts: { a: 'fd00::1', b: 'fd00::2', tunnels: of(kind) },
      })
    expect(remedy('geneve')).toContain('type geneve')
    expect(remedy('vxlan')).toContain('type vxlan')
  })
})
