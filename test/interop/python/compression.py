"""Compressed bodies. Written from section 11 of PROTOCOL.md; those formats that the standard library reads."""

import zlib

NAMES = {1: "gzip", 2: "deflate"}
WINDOWS = {"gzip": 31, "deflate": 15}


class TooLong(Exception):
    """More comes out than CMP-5 allows."""


class Malformed(Exception):
    """No output of the compressor, or not all of it, or something behind it."""


def decompress(name, data, max_message):
    """What was compressed. Takes no more memory than the limit, whatever the data says. Raises TooLong and Malformed."""
    limit = min(max_message, 100 * len(data) + 65536)
    reader = zlib.decompressobj(WINDOWS[name])
    try:
        plain = reader.decompress(data, limit + 1)
    except zlib.error as fault:
        raise Malformed(str(fault)) from None
    if len(plain) > limit:
        raise TooLong("more than %d bytes" % limit)
    if not reader.eof or reader.unused_data:
        raise Malformed("cut, or followed by something")
    return plain
