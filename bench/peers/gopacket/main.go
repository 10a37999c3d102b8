// Counts inner flows with gopacket the fast way: one parser that decodes into the same layers again and again, and a Go map
// keyed by VNI, addresses and ports. Prints what it counted as JSON.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

type key struct {
	vni      uint32
	protocol uint16
	vlan     uint16
	a, b     [16]byte
	portA    uint16
	portB    uint16
}

type flow struct {
	packets [2]uint64
	bytes   [2]uint64
}

func main() {
	if len(os.Args) != 2 {
		os.Exit(2)
	}
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	reader, err := pcapgo.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}

	var ethernet layers.Ethernet
	var dot1q layers.Dot1Q
	var arp layers.ARP
	var ip4 layers.IPv4
	var ip6 layers.IPv6
	var udp layers.UDP
	var vxlan layers.VXLAN
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet,
		&ethernet, &dot1q, &arp, &ip4, &ip6, &udp, &vxlan)
	parser.IgnoreUnsupported = true
	decoded := make([]gopacket.LayerType, 0, 16)

	flows := make(map[key]*flow)
	var packets, tunnel uint64
	for {
		data, info, err := reader.ZeroCopyReadPacketData()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		packets++
		// An error says where the packet ends; what was decoded before it counts.
		_ = parser.DecodeLayers(data, &decoded)

		var k key
		var from, to, payload []byte
		var fromPort, toPort uint16
		inside := false
		for _, layer := range decoded {
			if layer == layers.LayerTypeVXLAN {
				inside = vxlan.ValidIDFlag
				k.vni = vxlan.VNI
				continue
			}
			if !inside {
				continue
			}
			switch layer {
			case layers.LayerTypeDot1Q:
				k.vlan = dot1q.VLANIdentifier
			case layers.LayerTypeARP:
				from, to, k.protocol = arp.SourceProtAddress, arp.DstProtAddress, 256
			case layers.LayerTypeIPv4:
				from, to, k.protocol = ip4.SrcIP, ip4.DstIP, uint16(ip4.Protocol)
				payload = ip4.Payload
			case layers.LayerTypeIPv6:
				from, to, k.protocol = ip6.SrcIP, ip6.DstIP, uint16(ip6.NextHeader)
				payload = ip6.Payload
			}
		}
		if !inside {
			continue
		}
		tunnel++
		if from == nil {
			continue
		}
		// The ports alone: a snap length may have cut the rest of that header off.
		if (k.protocol == 6 || k.protocol == 17) && len(payload) >= 4 {
			fromPort = binary.BigEndian.Uint16(payload)
			toPort = binary.BigEndian.Uint16(payload[2:])
		}
		order := bytes.Compare(from, to)
		direction := 0
		if order > 0 || (order == 0 && fromPort > toPort) {
			direction = 1
			from, to = to, from
			fromPort, toPort = toPort, fromPort
		}
		copy(k.a[:], from)
		copy(k.b[:], to)
		k.portA, k.portB = fromPort, toPort
		f := flows[k]
		if f == nil {
			f = &flow{}
			flows[k] = f
		}
		f.packets[direction]++
		f.bytes[direction] += uint64(info.Length)
	}
	fmt.Printf("{\"packets\":%d,\"tunnel\":%d,\"flows\":%d}\n", packets, tunnel, len(flows))
}
