import { describe, expect, test } from "vitest";
import { peerNetwork } from "../../../runtime/call/peer-network.ts";

describe("a peer is counted as", () => {
  test.each([
    ["its IPv4 address", "10.0.0.1:51234", "10.0.0.1"],
    ["its IPv4 address within one of IPv6", "[::ffff:10.0.0.1]:51234", "10.0.0.1"],
    ["the same in capitals", "[::FFFF:10.0.0.1]:1", "10.0.0.1"],
    ["the same as two groups", "[::ffff:a00:1]:1", "10.0.0.1"],
    ["the same in full", "[0:0:0:0:0:ffff:255.255.255.255]:1", "255.255.255.255"],
    ["the IPv4 address that a translator shows", "[64:ff9b::c000:201]:1", "192.0.2.1"],
    ["the first 64 bits of its IPv6 address", "[2001:db8:1:2:3:4:5:6]:51234", "2001:db8:1:2::/64"],
    ["the same with other bits behind them", "[2001:db8:1:2::]:1", "2001:db8:1:2::/64"],
    ["the same spelt with zeros", "[2001:0DB8:0001:0002::9]:1", "2001:db8:1:2::/64"],
    ["the same with zeros among them", "[2001:db8::1]:1", "2001:db8:0:0::/64"],
    ["the same without its zone", "[fe80::1%eth0]:1", "fe80:0:0:0::/64"],
    ["the loopback address", "[::1]:1", "0:0:0:0::/64"],
    ["what is not quite IPv4 within IPv6", "[::fffe:10.0.0.1]:1", "0:0:0:0::/64"],
    ["what is behind a translator of another network", "[64:ff9b:1::c000:201]:1", "64:ff9b:1:0::/64"],
    ["what only begins as a translator's", "[64:ff9c::c000:201]:1", "64:ff9c:0:0::/64"],
    ["what has a translator's second group", "[65:ff9b::c000:201]:1", "65:ff9b:0:0::/64"],
    ["what has something before the IPv4 address", "[64:ff9b::1:c000:201]:1", "64:ff9b:0:0::/64"],
    ["what has something in the third group", "[0:0:1::ffff:a00:1]:1", "0:0:1:0::/64"],
    ["what has something in the fourth group", "[0:0:0:1:0:ffff:a00:1]:1", "0:0:0:1::/64"],
    ["what has something in the fifth group", "[::1:ffff:a00:1]:1", "0:0:0:0::/64"],
    ["what has something in the second group", "[0:1::ffff:a00:1]:1", "0:1:0:0::/64"],
    ["what it is called, over other transports", "memory:users#client", "memory:users#client"],
    ["what it is called, over a socket of a file", "unix:", "unix:"],
    ["what it is called, where that is no address", "[what]:1", "what"],
    ["what it is called, where groups are missing", "[1:2:3]:1", "1:2:3"],
    ["what it is called, where there are too many", "[1:2:3:4:5:6:7:8:9]:1", "1:2:3:4:5:6:7:8:9"],
  ])("%s: %s", (_what, peer, network) => {
    expect(peerNetwork(peer)).toBe(network);
  });
});
