/*
 * The least work of the kind: read a capture, walk to the inner 5-tuple of every VXLAN packet, count packets and bytes of both
 * directions in one open-addressing table keyed by VNI first. Ethernet only, classic pcap of the machine's byte order.
 * Prints what it counted as JSON, so that the benchmark can check it against the others.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (512 * 1024)
#define FILE_HEADER 24
#define RECORD_HEADER 16

/* One cache line of key, one of counters. */
struct flow {
  uint8_t a[16];
  uint8_t b[16];
  uint32_t vni;
  uint32_t ports;
  uint32_t vlan_protocol;
  uint32_t used;
  uint64_t packets[2];
  uint64_t bytes[2];
};

static struct flow *table;
static size_t slots = 1024;
static size_t flows;

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }
static uint32_t native32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

static uint64_t hash(const struct flow *key) {
  uint64_t words[6];
  memcpy(words, key, sizeof words);
  uint64_t h = 0;
  for (int i = 0; i < 6; i++) {
    h = (h ^ words[i]) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

static struct flow *slot_of(const struct flow *key) {
  size_t mask = slots - 1;
  size_t slot = hash(key) & mask;
  while (table[slot].used != 0 && memcmp(&table[slot], key, 48) != 0) slot = (slot + 1) & mask;
  return &table[slot];
}

static void grow(void) {
  struct flow *old = table;
  size_t old_slots = slots;
  slots *= 2;
  table = calloc(slots, sizeof *table);
  if (table == NULL) exit(1);
  for (size_t i = 0; i < old_slots; i++)
    if (old[i].used != 0) *slot_of(&old[i]) = old[i];
  free(old);
}

static void count(struct flow *key, int direction, uint32_t length) {
  key->used = 1;
  struct flow *found = slot_of(key);
  if (found->used == 0) {
    if (++flows * 2 > slots) {
      grow();
      found = slot_of(key);
    }
    *found = *key;
  }
  found->packets[direction]++;
  found->bytes[direction] += length;
}

/* Steps over Ethernet and its tags. Returns the EtherType, 0 when the frame is too short. */
static uint16_t ethernet(const uint8_t **at, const uint8_t *end, uint16_t *vlan) {
  if (end - *at < 14) return 0;
  uint16_t type = be16(*at + 12);
  *at += 14;
  while (type == 0x8100 || type == 0x88a8) {
    if (end - *at < 4) return 0;
    *vlan = be16(*at) & 0x0fff;
    type = be16(*at + 2);
    *at += 4;
  }
  return type;
}

/* Steps over an IP header. Returns the protocol, -1 when there is none to read. */
static int ip(const uint8_t **at, const uint8_t *end, uint16_t type, const uint8_t **from, const uint8_t **to, int *size) {
  const uint8_t *p = *at;
  if (type == 0x0800) {
    if (end - p < 20 || p[0] >> 4 != 4) return -1;
    int length = (p[0] & 15) * 4;
    if (length < 20 || end - p < length || (be16(p + 6) & 0x1fff) != 0) return -1;
    *from = p + 12;
    *to = p + 16;
    *size = 4;
    *at = p + length;
    return p[9];
  }
  if (type != 0x86dd || end - p < 40 || p[0] >> 4 != 6) return -1;
  *from = p + 8;
  *to = p + 24;
  *size = 16;
  *at = p + 40;
  return p[6];
}

static void inner(const uint8_t *at, const uint8_t *end, uint32_t vni, uint32_t length) {
  struct flow key;
  memset(&key, 0, sizeof key);
  uint16_t vlan = 0;
  uint16_t type = ethernet(&at, end, &vlan);
  const uint8_t *from, *to;
  int size, protocol;
  uint16_t from_port = 0, to_port = 0;
  if (type == 0x0806) {
    if (end - at < 28) return;
    from = at + 14;
    to = at + 24;
    size = 4;
    protocol = 256;
  } else {
    protocol = ip(&at, end, type, &from, &to, &size);
    if (protocol < 0) return;
    if ((protocol == 6 || protocol == 17) && end - at >= 4) {
      from_port = be16(at);
      to_port = be16(at + 2);
    }
  }
  int order = memcmp(from, to, (size_t)size);
  int forward = order < 0 || (order == 0 && from_port <= to_port);
  memcpy(key.a, forward ? from : to, (size_t)size);
  memcpy(key.b, forward ? to : from, (size_t)size);
  key.ports = forward ? (uint32_t)from_port << 16 | to_port : (uint32_t)to_port << 16 | from_port;
  key.vni = vni;
  key.vlan_protocol = (uint32_t)vlan << 16 | (uint32_t)(size == 16) << 12 | (uint32_t)protocol;
  count(&key, forward ? 0 : 1, length);
}

/* Returns whether the frame is a tunnel packet. */
static int frame(const uint8_t *at, const uint8_t *end) {
  uint16_t vlan = 0;
  uint16_t type = ethernet(&at, end, &vlan);
  const uint8_t *from, *to;
  int size;
  if (ip(&at, end, type, &from, &to, &size) != 17 || end - at < 16) return 0;
  uint16_t port = be16(at + 2);
  if ((port != 4789 && port != 8472) || (at[8] & 0x08) == 0) return 0;
  inner(at + 16, end, be32(at + 12) >> 8, (uint32_t)be16(at + 4) - 16);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int file = open(argv[1], O_RDONLY);
  if (file < 0) return 2;
  uint8_t *buffer = malloc(CHUNK);
  table = calloc(slots, sizeof *table);
  if (buffer == NULL || table == NULL) return 1;
  if (read(file, buffer, FILE_HEADER) != FILE_HEADER) return 2;
  if (native32(buffer) != 0xa1b2c3d4 && native32(buffer) != 0xa1b23c4d) return 2;
  size_t filled = 0, at = 0;
  uint64_t packets = 0, tunnel = 0;
  for (;;) {
    ssize_t got = read(file, buffer + filled, CHUNK - filled);
    if (got <= 0) break;
    filled += (size_t)got;
    while (filled - at >= RECORD_HEADER) {
      uint32_t captured = native32(buffer + at + 8);
      if (captured > CHUNK - RECORD_HEADER) return 2;
      if (filled - at < RECORD_HEADER + (size_t)captured) break;
      const uint8_t *data = buffer + at + RECORD_HEADER;
      tunnel += (uint64_t)frame(data, data + captured);
      packets++;
      at += RECORD_HEADER + captured;
    }
    memmove(buffer, buffer + at, filled - at);
    filled -= at;
    at = 0;
  }
  printf("{\"packets\":%llu,\"tunnel\":%llu,\"flows\":%zu}\n", (unsigned long long)packets, (unsigned long long)tunnel, flows);
  return 0;
}
