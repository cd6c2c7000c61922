"""Options, frames and headers. Written from sections 1 to 3 of PROTOCOL.md."""

import json

MAGIC = 3927900
CODEC = "application/x-rpcgen"
FIXED_BYTES = 20
MAX_HEADER = 32 * 1024
MAX_OPTION = 8 * 1024
MAX_MESSAGE = 4 * 1024 * 1024
REQUEST, RESPONSE, ERROR, ITEM, END, CANCEL, CREDIT, PING, PONG, SETTINGS, GOAWAY = range(1, 12)
TEXT_TAGS = {0x02, 0x06, 0x07, 0x08, 0x09, 0x84, 0x85, 0x86, 0x87, 0x88}
NUMBER_TAGS = {0x01, 0x03, 0x04, 0x05, 0x0A, 0x81, 0x82, 0x89}
KEY_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")


class Breach(Exception):
    """Ends the connection with a GOAWAY of this code; None: without a word."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class CallFails(Exception):
    """Fails the call that the frame belongs to, with this status code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Refused(Exception):
    """The Option is ours, but cannot be accepted."""


class Frame:
    """A frame; `entries` are (tag, value) in order."""

    def __init__(self, kind, ident, entries=(), body=b"", serialization=0, flags=0):
        self.kind, self.ident, self.entries, self.body = kind, ident, list(entries), body
        self.serialization, self.flags = serialization, flags

    def encode(self):
        header = b"".join(encode_entry(number, value) for number, value in self.entries)
        fixed = b"\x3b\xef\x01" + bytes([self.kind]) + (len(header) + len(self.body)).to_bytes(4, "big")
        fixed += len(header).to_bytes(2, "big") + bytes([self.serialization, self.flags]) + self.ident.to_bytes(8, "big")
        return fixed + header + self.body

    def number(self, wanted):
        for tag, value in self.entries:
            if tag == wanted:
                return int.from_bytes(value, "big")
        return None

    def text(self, wanted):
        for tag, value in self.entries:
            if tag == wanted:
                return value.decode("utf-8")
        return None

    def metadata(self):
        pairs = [value for tag, value in self.entries if tag == 0x8A]
        return [[value[1 : 1 + value[0]].decode(), value[1 + value[0] :].decode("utf-8")] for value in pairs]


def encode_entry(tag, value):
    size = len(value)
    length = bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])
    return bytes([tag]) + length + value


def number_bytes(value):
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def pair_bytes(key, value):
    return bytes([len(key)]) + key.encode("ascii") + value.encode("utf-8")


def read_frame(data, max_frame=65536):
    """The first frame and its size, or None when it has not arrived. Raises Breach and CallFails."""
    if len(data) < FIXED_BYTES:
        return None
    payload, header_size = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:10], "big")
    kind, flags = data[3], data[11]
    if data[:2] != b"\x3b\xef" or data[2] != 1:
        raise Breach(1, "not a frame of this version")
    if not 1 <= kind <= GOAWAY and kind < 0x80:
        raise Breach(1, "unknown kind")
    if header_size > payload:
        raise Breach(1, "a header longer than its frame")
    if header_size > MAX_HEADER or payload - header_size > max_frame:
        raise Breach(2, "too long")
    if flags & 0x80 and kind < 0x80:
        raise Breach(1, "a flag that must be 0")
    if len(data) < FIXED_BYTES + payload:
        return None
    end = FIXED_BYTES + header_size
    body = bytes(data[end : FIXED_BYTES + payload])
    entries = [] if kind >= 0x80 else read_header(bytes(data[FIXED_BYTES:end]))
    return Frame(kind, int.from_bytes(data[12:20], "big"), entries, body, data[10], flags), FIXED_BYTES + payload


def split_header(data):
    """(tag, value) of each entry. Raises Breach."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1] if at + 1 < len(data) else -1, at + 2
        if size >= 0x80:
            high = data[at] if at < len(data) else 0
            size, at = (size & 0x7F | high << 7 if 0 < high < 0x80 else -1), at + 1
        if size < 0 or at + size > len(data):
            raise Breach(1, "an entry does not fit")
        yield tag, data[at : at + size]
        at += size


def read_header(data):
    entries, seen, failure = [], set(), None
    for tag, value in split_header(data):
        failure = failure or check_entry(tag, value, seen)
        entries.append((tag, value))
    failure = failure or check_pairs([value for tag, value in entries if tag == 0x8A])
    if failure:
        raise failure
    return entries


def check_entry(tag, value, seen):
    """Raises Breach; returns what fails the call only."""
    if tag == 0x8A:
        if not value or not 0 < value[0] <= len(value) - 1:
            raise Breach(1, "not a pair")
        return None
    if tag not in TEXT_TAGS | NUMBER_TAGS | {0x83}:
        return CallFails(12, "unknown tag") if tag < 0x80 else None
    if tag in seen:
        raise Breach(1, "a tag twice")
    seen.add(tag)
    if tag in NUMBER_TAGS and not (1 <= len(value) <= 8 and int.from_bytes(value, "big") < 2**53):
        raise Breach(1, "not a number")
    if tag == 0x83 and len(value) != 25:
        raise Breach(1, "not a trace context")
    if tag in TEXT_TAGS and not is_text(value):
        raise Breach(1, "not UTF-8")
    return None


def check_pairs(pairs):
    total = 0
    for count, pair in enumerate(pairs, 1):
        key, value = pair[1 : 1 + pair[0]], pair[1 + pair[0] :]
        total += len(key) + len(value)
        if count > 64 or len(key) > 128 or len(value) > 8192 or total > 16384:
            return CallFails(8, "too much metadata")
        if not KEY_BYTES.issuperset(key) or not is_text(value):
            return CallFails(3, "bad metadata")
    return None


def is_text(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def encode_option(serializations=("binary",), compressors=(), token=None):
    option = {"MagicNumber": MAGIC, "CodecType": CODEC, "Version": 1, "Serializations": list(serializations), "Peer": "python"}
    option["Compressors"] = list(compressors)
    if token is not None:
        option["Token"] = token
    return json.dumps(option, separators=(",", ":")).encode() + b"\n"


PREFIX = b'{"MagicNumber":3927900'


def take_option(data):
    """The line of an Option, or None when it has not arrived. Raises Breach for bytes that are none."""
    for at, byte in enumerate(data[: len(PREFIX) + 1]):
        if byte not in (PREFIX[at : at + 1] if at < len(PREFIX) else b",}"):
            raise Breach(None, "not an Option")
    end = data.find(b"\n")
    if end >= MAX_OPTION or (end < 0 and len(data) > MAX_OPTION):
        raise Breach(None, "too long")
    return None if end < 0 else data[: end + 1]


def is_whole(value, low=0):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value < 2**31


def parse_option(line):
    """The members of OPT-4 with their defaults. Raises Refused."""
    try:
        option = json.loads(line.decode("utf-8"))
    except ValueError:
        raise Refused("not JSON") from None
    if option.get("MagicNumber") != MAGIC or not isinstance(option.get("CodecType"), str):
        raise Refused("not an Option")
    if not is_whole(option.get("Version", 1)):
        raise Refused("bad version")
    limits = {"MaxFrameBytes": 65536, "MaxMessageBytes": MAX_MESSAGE, "MaxCalls": 1000}
    given = option.get("Limits", {})
    if not isinstance(given, dict):
        raise Refused("bad limits")
    for name in limits:
        if name in given:
            if not is_whole(given[name], 65536 if name == "MaxFrameBytes" else 0):
                raise Refused("bad limits")
            limits[name] = given[name]
    offered = option.get("Serializations", ["binary"])
    return {
        "CodecType": option["CodecType"],
        "Version": option.get("Version", 1),
        "Serializations": [name for name in offered if name in ("binary", "json")] if isinstance(offered, list) else [],
        "Limits": limits,
        "Peer": option.get("Peer"),
        "Error": option.get("Error"),
    }


def check_option(option):
    """What a server asks of a client. Raises Refused."""
    if option["CodecType"] != CODEC or option["Version"] != 1 or not option["Serializations"]:
        raise Refused("nothing in common")
