"""The binary serialization of bodies, driven by the descriptor of a schema. Written from section 10 of PROTOCOL.md."""

import re
import struct
from decimal import Decimal

MAX_DEPTH = 64
MAX_ELEMENTS = 1_000_000
SAFE = 2**53 - 1


class Malformed(Exception):
    """The bytes are no message of the schema: invalid_argument."""


class Schema:
    """Declarations by their full names."""

    def __init__(self, descriptor):
        self.declarations = {each["fullName"]: each for file in descriptor["files"] for each in file["declarations"]}

    def members(self, full_name):
        """Fields, oneofs and what they belong to: a list of (field, oneof or None, union)."""
        declaration = self.declarations[full_name]
        if declaration["kind"] == "union":
            return [(case, declaration) for case in declaration["cases"]]
        found = []
        for member in declaration["members"]:
            if member["kind"] == "oneof":
                found += [(case, member) for case in member["cases"]]
            else:
                found.append((member, None))
        return found


# Reading


class Reader:
    """A piece of a body. Nested pieces share the budget of elements (BIN-11)."""

    def __init__(self, data, start, end, depth, budget):
        self.data, self.pos, self.end, self.depth, self.budget = data, start, end, depth, budget

    def count(self):
        self.budget[0] -= 1
        if self.budget[0] < 0:
            raise Malformed("too many elements")

    def varint(self):
        value = 0
        for index in range(10):
            if self.pos >= self.end:
                raise Malformed("cut varint")
            byte = self.data[self.pos]
            self.pos += 1
            if index == 9 and byte > 1:
                raise Malformed("varint beyond 64 bits")
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value
        raise Malformed("endless varint")

    def take(self, size):
        if size > self.end - self.pos:
            raise Malformed("cut value")
        self.pos += size
        return self.data[self.pos - size : self.pos]

    def block(self):
        return self.take(self.varint())

    def piece(self):
        """The next length and its bytes as a reader of the same level."""
        size = self.varint()
        start = self.pos
        self.take(size)
        return Reader(self.data, start, start + size, self.depth, self.budget)

    def nested(self):
        if self.depth == 0:
            raise Malformed("nested too deeply")
        self.count()
        inner = self.piece()
        inner.depth = self.depth - 1
        return inner

    def key(self):
        key = self.varint()
        if key >> 3 == 0 or key >> 3 > 2**29 - 1 or key & 7 > 5:
            raise Malformed("bad key")
        return key >> 3, key & 7

    def skip(self, number, wire_type):
        if wire_type == 3:
            self.skip_group(number)
        elif wire_type == 0:
            self.varint()
        elif wire_type == 1:
            self.take(8)
        elif wire_type == 2:
            self.block()
        elif wire_type == 5:
            self.take(4)
        else:
            raise Malformed("a group ends that did not begin")

    def skip_group(self, number):
        open_groups = [number]
        while open_groups:
            number, wire_type = self.key()
            if wire_type == 3:
                if len(open_groups) >= self.depth:
                    raise Malformed("groups nested too deeply")
                open_groups.append(number)
            elif wire_type == 4:
                if open_groups.pop() != number:
                    raise Malformed("group ends crosswise")
            else:
                self.skip(number, wire_type)


def signed(value, bits):
    value &= 2**bits - 1
    return value - 2**bits if value >> (bits - 1) else value


def unzigzag(value, bits):
    value &= 2**bits - 1
    return -(value + 1 >> 1) if value & 1 else value >> 1


def within_safe(value):
    if abs(value) > SAFE:
        raise Malformed("beyond 2^53 - 1")
    return value


def text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None


UUID = re.compile(r"(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?", re.ASCII)


def uuid(value):
    if not UUID.fullmatch(value):
        raise Malformed("not a UUID")
    return value


VARINTS = {
    "bool": lambda value: value != 0,
    "int32": lambda value: str(signed(value, 32)),
    "uint32": lambda value: str(value & 0xFFFFFFFF),
    "sint32": lambda value: str(unzigzag(value, 32)),
    "int64": lambda value: str(signed(value, 64)),
    "uint64": str,
    "sint64": lambda value: str(unzigzag(value, 64)),
    "int53": lambda value: str(within_safe(signed(value, 64))),
    "uint53": lambda value: str(within_safe(value)),
}
FIXED = {
    "fixed32": (5, 4, lambda data: str(int.from_bytes(data, "little"))),
    "sfixed32": (5, 4, lambda data: str(int.from_bytes(data, "little", signed=True))),
    "float": (5, 4, lambda data: data[::-1].hex()),
    "fixed64": (1, 8, lambda data: str(int.from_bytes(data, "little"))),
    "sfixed64": (1, 8, lambda data: str(int.from_bytes(data, "little", signed=True))),
    "double": (1, 8, lambda data: data[::-1].hex()),
}


def wire_type_of(kind):
    if kind["kind"] == "enum":
        return 0
    if kind["kind"] == "scalar":
        name = kind["scalar"]
        return 0 if name in VARINTS else FIXED[name][0] if name in FIXED else 2
    return 2


UNKNOWN = object()


def read_value(schema, kind, reader, previous=None):
    """One value; UNKNOWN for a number that a closed enum does not have."""
    if kind["kind"] == "scalar":
        name = kind["scalar"]
        if name in VARINTS:
            return VARINTS[name](reader.varint())
        if name in FIXED:
            return FIXED[name][2](reader.take(FIXED[name][1]))
        return text(reader.block()) if name == "string" else reader.block().hex()
    if kind["kind"] == "enum":
        number = signed(reader.varint(), 32)
        enum = schema.declarations[kind["fullName"]]
        known = enum["open"] or any(member["number"] == number for member in enum["members"])
        return str(number) if known else UNKNOWN
    if kind["kind"] == "builtin":
        if kind["name"] == "uuid":
            return uuid(text(reader.block()))
        return BUILTINS[kind["name"]](reader.nested(), previous)
    return read_fields(schema, kind["fullName"], reader.nested(), previous)


def read_fields(schema, full_name, reader, previous=None):
    """The fields that are there, by number; cases of a oneof drive each other out."""
    members = {field["number"]: (field, group) for field, group in schema.members(full_name)}
    values = dict(previous or {})
    while reader.pos < reader.end:
        number, wire_type = reader.key()
        field, group = members.get(number, (None, None))
        kind = field["type"] if field else None
        if field is None or not fits(kind, wire_type):
            reader.skip(number, wire_type)
        elif kind["kind"] == "list":
            values.setdefault(number, []).extend(read_items(schema, kind["element"], reader, wire_type))
        elif kind["kind"] == "map":
            key, value = read_entry(schema, kind, reader)
            if value is not UNKNOWN:
                values.setdefault(number, {})[key] = value
        else:
            value = read_value(schema, kind, reader, values.get(number))
            if value is not UNKNOWN:
                if group is not None:
                    for case in group["cases"]:
                        values.pop(case["number"], None)
                values[number] = value
    for field, group in schema.members(full_name):
        if field["required"] and field["number"] not in values:
            raise Malformed(f"{field['name']} is required")
    return values


def fits(kind, wire_type):
    if kind["kind"] == "map":
        return wire_type == 2
    if kind["kind"] == "list":
        return wire_type in (2, wire_type_of(kind["element"]))
    return wire_type == wire_type_of(kind)


def read_items(schema, element, reader, wire_type):
    """Values of one field of a list: packed, or a single one (BIN-10)."""
    if wire_type_of(element) == 2:
        if element["kind"] == "scalar" or element.get("name") == "uuid":
            reader.count()
        return [read_value(schema, element, reader)]
    items = []
    inner = reader.piece() if wire_type == 2 else reader
    while True:
        if wire_type == 2 and inner.pos >= inner.end:
            break
        reader.count()
        items.append(read_value(schema, element, inner))
        if wire_type != 2:
            break
    return [item for item in items if item is not UNKNOWN]


def read_entry(schema, kind, reader):
    inner = reader.nested()
    key, value = zero_of(schema, kind["key"]), None
    while inner.pos < inner.end:
        number, wire_type = inner.key()
        if number == 1 and wire_type == wire_type_of(kind["key"]):
            key = read_value(schema, kind["key"], inner)
        elif number == 2 and wire_type == wire_type_of(kind["value"]):
            value = read_value(schema, kind["value"], inner, value)
        else:
            inner.skip(number, wire_type)
    return key, {} if value is None and is_message(kind["value"]) else zero_of(schema, kind["value"]) if value is None else value


def is_message(kind):
    return kind["kind"] in ("message", "union")


# Types of the language that are messages of protobuf (BIN-12)


def seconds_and_nanos(reader, previous):
    seconds, nanos = previous or (0, 0)
    while reader.pos < reader.end:
        number, wire_type = reader.key()
        if (number, wire_type) == (1, 0):
            seconds = signed(reader.varint(), 64)
        elif (number, wire_type) == (2, 0):
            nanos = signed(reader.varint(), 32)
        else:
            reader.skip(number, wire_type)
    return seconds, nanos


def read_timestamp(reader, previous):
    seconds, nanos = seconds_and_nanos(reader, previous)
    if not (-62_135_596_800 <= seconds <= 253_402_300_799 and 0 <= nanos <= 999_999_999):
        raise Malformed("timestamp out of range")
    return seconds, nanos


def read_duration(reader, previous):
    seconds, nanos = seconds_and_nanos(reader, previous)
    if abs(seconds) > 315_576_000_000 or abs(nanos) > 999_999_999 or seconds * nanos < 0:
        raise Malformed("duration out of range")
    return seconds, nanos


def read_any(reader, previous):
    value = dict(previous or {})
    while reader.pos < reader.end:
        number, wire_type = reader.key()
        if (number, wire_type) == (1, 2):
            value["typeUrl"] = text(reader.block())
        elif (number, wire_type) == (2, 2):
            value["value"] = reader.block().hex()
        else:
            reader.skip(number, wire_type)
    return {name: each for name, each in value.items() if each != ""}


def read_void(reader, _previous):
    while reader.pos < reader.end:
        reader.skip(*reader.key())
    return {}


def read_json(reader, previous=None):
    value = previous
    while reader.pos < reader.end:
        number, wire_type = reader.key()
        if (number, wire_type) == (1, 0):
            reader.varint()
            value = None
        elif (number, wire_type) == (2, 1):
            (value,) = struct.unpack("<d", reader.take(8))
            if value != value or value in (float("inf"), float("-inf")):
                raise Malformed("not a finite number")
            value = int(value) if value.is_integer() else value
        elif (number, wire_type) == (3, 2):
            value = text(reader.block())
        elif (number, wire_type) == (4, 0):
            value = reader.varint() != 0
        elif (number, wire_type) == (5, 2):
            value = read_json_parts(reader.nested(), dict(value) if isinstance(value, dict) else {})
        elif (number, wire_type) == (6, 2):
            value = read_json_parts(reader.nested(), list(value) if isinstance(value, list) else [])
        else:
            reader.skip(number, wire_type)
    return value


def read_json_parts(reader, whole):
    while reader.pos < reader.end:
        number, wire_type = reader.key()
        if (number, wire_type) != (1, 2):
            reader.skip(number, wire_type)
        elif isinstance(whole, list):
            whole.append(read_json(reader.nested()))
        else:
            inner, key, value = reader.nested(), "", None
            while inner.pos < inner.end:
                number, wire_type = inner.key()
                if (number, wire_type) == (1, 2):
                    key = text(inner.block())
                elif (number, wire_type) == (2, 2):
                    value = read_json(inner.nested(), value)
                else:
                    inner.skip(number, wire_type)
            whole[key] = value
    return whole


BUILTINS = {"timestamp": read_timestamp, "duration": read_duration, "any": read_any, "void": read_void, "json": read_json}


# From fields by number to the values of vectors


def zero_of(schema, kind):
    if kind["kind"] == "enum":
        return "0"
    if kind["kind"] == "scalar":
        name = kind["scalar"]
        zeros = {"bool": False, "string": "", "bytes": "", "float": "0" * 8, "double": "0" * 16}
        return zeros.get(name, "0")
    if kind["kind"] == "builtin":
        return {"uuid": "", "json": None, "timestamp": (0, 0), "duration": (0, 0)}.get(kind["name"], {})
    return {}


def default_of(schema, field):
    value = field.get("default")
    if value is None:
        return zero_of(schema, field["type"])
    return str(value["number"]) if value["kind"] == "enum" else str(value["value"]) if value["kind"] == "int" else value["value"]


def decimal_of(parts):
    seconds, nanos = parts
    total = seconds * 10**9 + nanos
    return format((Decimal(total) / 10**9).normalize() if total else Decimal(0), "f")


def spell(schema, kind, value):
    if kind["kind"] == "list":
        return [spell(schema, kind["element"], item) for item in value]
    if kind["kind"] == "map":
        return [[spell(schema, kind["key"], key), spell(schema, kind["value"], item)] for key, item in value.items()]
    if is_message(kind):
        return spell_message(schema, kind["fullName"], value)
    if kind["kind"] == "builtin" and kind["name"] in ("timestamp", "duration"):
        return decimal_of(value)
    return value


def spell_message(schema, full_name, values):
    declaration = schema.declarations[full_name]
    if declaration["kind"] == "union":
        return spell_case(schema, declaration["cases"], values) or {}
    result = {}
    for member in declaration["members"]:
        if member["kind"] == "oneof":
            case = spell_case(schema, member["cases"], values)
            if case is not None:
                result[member["name"]] = case
            continue
        value = values.get(member["number"])
        if member["number"] not in values:
            continue
        spelled = spell(schema, member["type"], value)
        absent = [] if member["type"]["kind"] in ("list", "map") else spell(schema, member["type"], default_of(schema, member))
        if member["optional"] or spelled != absent or type(spelled) is not type(absent):
            result[member["name"]] = spelled
    return result


def spell_case(schema, cases, values):
    for case in cases:
        if case["number"] in values:
            return {"case": case["name"], "value": spell(schema, case["type"], values[case["number"]])}
    return None


def decode(schema, full_name, data):
    """A body as the value of a vector. Raises Malformed."""
    reader = Reader(data, 0, len(data), MAX_DEPTH, [MAX_ELEMENTS])
    return spell_message(schema, full_name, read_fields(schema, full_name, reader))


# Writing


def varint(value):
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def block(data):
    return varint(len(data)) + data


def bare(schema, kind, value):
    """A value without its key."""
    if kind["kind"] == "enum":
        return varint(int(value))
    if kind["kind"] == "scalar":
        name = kind["scalar"]
        if name in ("string",):
            return block(value.encode("utf-8"))
        if name == "bytes":
            return block(bytes.fromhex(value))
        if name in ("float", "double"):
            return bytes.fromhex(value)[::-1]
        if name in FIXED:
            size = FIXED[name][1]
            return (int(value) % 2 ** (8 * size)).to_bytes(size, "little")
        if name in ("sint32", "sint64"):
            number = int(value)
            return varint(2 * number if number >= 0 else -2 * number - 1)
        return varint(int(value))
    if kind["kind"] == "builtin":
        return block(uuid(value).encode()) if kind["name"] == "uuid" else block(write_builtin(kind["name"], value))
    return block(write_message(schema, kind["fullName"], value))


def write_builtin(name, value):
    if name == "void":
        return b""
    if name == "any":
        url, data = value.get("typeUrl", ""), bytes.fromhex(value.get("value", ""))
        return (tag(1, 2) + block(url.encode()) if url else b"") + (tag(2, 2) + block(data) if data else b"")
    if name == "json":
        return write_json(value)
    nanos = int(Decimal(value) * 10**9)
    seconds, rest = divmod(nanos, 10**9)
    if name == "duration" and nanos < 0 and rest:
        seconds, rest = seconds + 1, rest - 10**9
    return (tag(1, 0) + varint(seconds) if seconds else b"") + (tag(2, 0) + varint(rest) if rest else b"")


def write_json(value):
    if value is None:
        return tag(1, 0) + varint(0)
    if isinstance(value, bool):
        return tag(4, 0) + varint(int(value))
    if isinstance(value, (int, float)):
        return tag(2, 1) + struct.pack("<d", value)
    if isinstance(value, str):
        return tag(3, 2) + block(value.encode("utf-8"))
    if isinstance(value, list):
        return tag(6, 2) + block(b"".join(tag(1, 2) + block(write_json(item)) for item in value))
    entries = (tag(1, 2) + block(key.encode("utf-8")) + tag(2, 2) + block(write_json(item)) for key, item in value.items())
    return tag(5, 2) + block(b"".join(tag(1, 2) + block(entry) for entry in entries))


def field_bytes(schema, field, value):
    kind, number = field["type"], field["number"]
    if kind["kind"] == "list":
        items = [bare(schema, kind["element"], item) for item in value]
        if kind["packed"]:
            return tag(number, 2) + block(b"".join(items)) if items else b""
        return b"".join(tag(number, wire_type_of(kind["element"])) + item for item in items)
    if kind["kind"] == "map":
        return b"".join(tag(number, 2) + block(entry_bytes(schema, kind, key, item)) for key, item in value)
    return tag(number, wire_type_of(kind)) + bare(schema, kind, value)


def entry_bytes(schema, kind, key, item):
    first = tag(1, wire_type_of(kind["key"])) + bare(schema, kind["key"], key)
    return first + tag(2, wire_type_of(kind["value"])) + bare(schema, kind["value"], item)


def write_message(schema, full_name, value):
    declaration = schema.declarations[full_name]
    if declaration["kind"] == "union":
        return case_bytes(schema, declaration["cases"], value)[1]
    parts = []
    for member in declaration["members"]:
        if member["name"] not in value:
            continue
        if member["kind"] == "oneof":
            parts.append(case_bytes(schema, member["cases"], value[member["name"]]))
        else:
            parts.append((member["number"], field_bytes(schema, member, value[member["name"]])))
    return b"".join(data for _, data in sorted(parts))


def case_bytes(schema, cases, value):
    for case in cases:
        if case["name"] == value.get("case"):
            return case["number"], field_bytes(schema, case, value["value"])
    return 0, b""


def encode(schema, full_name, value):
    """The body for the value of a vector."""
    return write_message(schema, full_name, value)
