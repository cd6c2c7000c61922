-- Wireshark and tshark dissector for the rpcgen protocol over TCP, as runtime/PROTOCOL.md specifies it.
--
--   tshark -X lua_script:rpcgen.lua -r capture.pcap -Y rpcgen
--   Wireshark: Help > About > Folders > Personal Lua Plugins; put this file there
--
-- Connections are recognised by their first bytes, on any port; "Decode As ..." helps where a capture begins later.
-- Clause numbers in brackets are those of PROTOCOL.md.

local rpcgen = Proto("rpcgen", "rpcgen RPC")

local FIXED_BYTES = 20
local MAX_OPTION_BYTES = 64 * 1024
local OPTION_PREFIX = '{"MagicNumber":3927900'
local REQUEST = 1
local ERROR = 3
local LAST_KIND = 11
local METADATA = 0x8a

local kinds = {
  [1] = "request", [2] = "response", [3] = "error", [4] = "item", [5] = "end", [6] = "cancel", [7] = "credit",
  [8] = "ping", [9] = "pong", [10] = "settings", [11] = "goaway",
}
local compressors = { [0] = "none", [1] = "gzip", [2] = "deflate", [3] = "br", [4] = "zstd" }
local serializations = { [0] = "none", [1] = "binary", [2] = "json" }
local codes = {
  [1] = "cancelled", [2] = "unknown", [3] = "invalid_argument", [4] = "deadline_exceeded", [5] = "not_found",
  [6] = "already_exists", [7] = "permission_denied", [8] = "resource_exhausted", [9] = "failed_precondition",
  [10] = "aborted", [11] = "out_of_range", [12] = "unimplemented", [13] = "internal", [14] = "unavailable",
  [15] = "data_loss", [16] = "unauthenticated",
}
local goaways = {
  [0] = "none", [1] = "protocol", [2] = "frame too long", [3] = "credit", [4] = "too many frames or cancels",
  [5] = "pings", [6] = "slow peer", [7] = "idle or old", [8] = "internal",
}

local field = {
  option = ProtoField.string("rpcgen.option", "Option"),
  magic = ProtoField.uint16("rpcgen.magic", "Magic", base.HEX),
  version = ProtoField.uint8("rpcgen.version", "Version"),
  kind = ProtoField.uint8("rpcgen.kind", "Kind", base.DEC, kinds),
  length = ProtoField.uint32("rpcgen.length", "Length of header and body"),
  header_length = ProtoField.uint16("rpcgen.header_length", "Length of the header"),
  serialization = ProtoField.uint8("rpcgen.serialization", "Serialization", base.DEC, serializations),
  flags = ProtoField.uint8("rpcgen.flags", "Flags", base.HEX),
  compressor = ProtoField.uint8("rpcgen.flags.compressor", "Compressor", base.DEC, compressors, 0x0f),
  end_of_stream = ProtoField.bool("rpcgen.flags.end_of_stream", "End of stream", 8, nil, 0x10),
  oneway = ProtoField.bool("rpcgen.flags.oneway", "One-way", 8, nil, 0x20),
  more_follows = ProtoField.bool("rpcgen.flags.more_follows", "More follows", 8, nil, 0x40),
  id = ProtoField.uint64("rpcgen.id", "Id", base.HEX),
  sequence = ProtoField.uint64("rpcgen.id.sequence", "Sequence number"),
  lane = ProtoField.uint16("rpcgen.id.lane", "Lane"),
  header = ProtoField.none("rpcgen.header", "Header"),
  unknown_tag = ProtoField.bytes("rpcgen.unknown_tag", "Unknown tag"),
  metadata = ProtoField.string("rpcgen.metadata", "Metadata"),
  metadata_key = ProtoField.string("rpcgen.metadata.key", "Key"),
  metadata_value = ProtoField.string("rpcgen.metadata.value", "Value"),
  body = ProtoField.bytes("rpcgen.body", "Body"),
  body_text = ProtoField.string("rpcgen.body.text", "Body"),
}

local function number(name, label, names)
  return ProtoField.uint64("rpcgen." .. name, label, base.DEC, names)
end

local function text(name, label)
  return ProtoField.string("rpcgen." .. name, label)
end

-- Tags of the header [HDR-5].
local tags = {
  [0x01] = ProtoField.uint64("rpcgen.method", "Method number", base.HEX),
  [0x02] = text("path", "Method path"),
  [0x03] = number("deadline", "Deadline (microseconds left)"),
  [0x04] = number("credit", "Credit (bytes)"),
  [0x05] = number("error.code", "Error code"),
  [0x06] = text("error.reason", "Error reason"),
  [0x07] = text("error.message", "Error message"),
  [0x08] = text("error.type", "Declared error"),
  [0x09] = text("error.details", "Error details"),
  [0x0a] = number("goaway.code", "Goaway code"),
  [0x81] = number("attempt", "Attempt"),
  [0x82] = number("priority", "Priority"),
  [0x83] = ProtoField.bytes("rpcgen.trace_context", "Trace context"),
  [0x84] = text("trace_state", "Trace state"),
  [0x85] = text("baggage", "Baggage"),
  [0x86] = text("caller", "Name of the caller"),
  [0x87] = text("route_tags", "Route tags"),
  [0x88] = text("error.id", "Error id"),
  [0x89] = number("retry_after", "Retry after (milliseconds)"),
}
local numbers = {
  [0x01] = true, [0x03] = true, [0x04] = true, [0x05] = true, [0x0a] = true, [0x81] = true, [0x82] = true, [0x89] = true,
}
local names_of = { [0x05] = codes, [0x0a] = goaways }

local all_fields = {}
for _, each in pairs(field) do all_fields[#all_fields + 1] = each end
for _, each in pairs(tags) do all_fields[#all_fields + 1] = each end
rpcgen.fields = all_fields

local malformed = ProtoExpert.new("rpcgen.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)
rpcgen.experts = { malformed }

local function add_metadata(tree, value)
  local key_length = value(0, 1):uint()
  if key_length == 0 or value:len() < 1 + key_length then
    return "a pair of metadata does not hold its key [HDR-7]"
  end
  local key = value(1, key_length)
  local rest = value:len() > 1 + key_length and value(1 + key_length) or nil
  local shown = rest and rest:string(ENC_UTF_8) or ""
  local item = tree:add(field.metadata, value, key:string() .. ": " .. shown)
  item:set_text("Metadata: " .. key:string() .. ": " .. shown)
  item:add(field.metadata_key, key)
  if rest then item:add(field.metadata_value, rest, shown) end
  return nil
end

-- One entry. Returns what is wrong with it, or nil.
local function add_entry(tree, tag, value, whole)
  local known = tags[tag]
  if tag == METADATA then
    if not value then return "a pair of metadata is empty [HDR-7]" end
    return add_metadata(tree, value)
  end
  if not known then
    local item = value and tree:add(field.unknown_tag, value) or tree:add(field.unknown_tag, whole)
    item:prepend_text(string.format("[0x%02x] ", tag))
    return nil
  end
  if numbers[tag] then
    if not value or value:len() > 8 then return "a number has 1 to 8 bytes [HDR-6]" end
    local item = tree:add(known, value)
    local names = names_of[tag]
    if names then item:append_text(" (" .. (names[value:uint64():tonumber()] or "unknown") .. ")") end
    return nil
  end
  if not value then
    tree:add(known, whole, "")
  elseif tag == 0x83 then
    tree:add(known, value)
  else
    tree:add(known, value, value:string(ENC_UTF_8))
  end
  return nil
end

-- The header [HDR-1, HDR-2]. Returns what is wrong with it, or nil.
local function add_header(tree, range)
  local header = tree:add(field.header, range)
  local at, size = 0, range:len()
  while at < size do
    local start = at
    local tag = range(at, 1):uint()
    if at + 2 > size then return "an entry is cut [HDR-2]" end
    local length = range(at + 1, 1):uint()
    at = at + 2
    if length >= 0x80 then
      if at + 1 > size then return "the length of an entry is cut [HDR-2]" end
      local high = range(at, 1):uint()
      if high == 0 or high > 0x7f then return "the second byte of a length is 1 to 127 [HDR-2]" end
      length = length - 0x80 + high * 128
      at = at + 1
    end
    if at + length > size then return "an entry goes beyond the header [HDR-2]" end
    local fault = add_entry(header, tag, length > 0 and range(at, length) or nil, range(start, at - start))
    if fault then return fault end
    at = at + length
  end
  return nil
end

local function add_flags(tree, range)
  local item = tree:add(field.flags, range)
  item:add(field.compressor, range)
  item:add(field.end_of_stream, range)
  item:add(field.oneway, range)
  item:add(field.more_follows, range)
end

local function name_of(kind)
  return kinds[kind] or string.format("kind 0x%02x", kind)
end

-- What the list of packets shows of a frame.
local function summary(kind, range)
  local sequence, lane = range(12, 6):uint64(), range(18, 2):uint()
  if kind == 8 or kind == 9 then return name_of(kind) end
  if sequence == UInt64(0) and lane == 0 then return name_of(kind) end
  return name_of(kind) .. " #" .. tostring(sequence)
end

local function add_fixed_part(tree, range)
  tree:add(field.magic, range(0, 2))
  tree:add(field.version, range(2, 1))
  tree:add(field.kind, range(3, 1))
  tree:add(field.length, range(4, 4))
  tree:add(field.header_length, range(8, 2))
  tree:add(field.serialization, range(10, 1))
  add_flags(tree, range(11, 1))
  local id = tree:add(field.id, range(12, 8))
  id:add(field.sequence, range(12, 6))
  id:add(field.lane, range(18, 2))
end

local function add_frame(tree, range)
  local kind, header_length = range(3, 1):uint(), range(8, 2):uint()
  local frame = tree:add(rpcgen, range, "rpcgen " .. summary(kind, range))
  add_fixed_part(frame, range)
  local body_start = FIXED_BYTES + header_length
  if body_start > range:len() then
    frame:add_proto_expert_info(malformed, "the header is longer than the frame [FRM-4]")
    return summary(kind, range)
  end
  if header_length > 0 then
    local fault = add_header(frame, range(FIXED_BYTES, header_length))
    if fault then frame:add_proto_expert_info(malformed, fault) end
  end
  if body_start < range:len() then
    local body = range(body_start)
    if range(10, 1):uint() == 2 and range(11, 1):uint() % 16 == 0 then frame:add(field.body_text, body, body:string(ENC_UTF_8)) end
    frame:add(field.body, body)
  end
  return summary(kind, range)
end

-- The length of what begins at `at`; nil and how many bytes are missing when it is not all there; false when it is nothing of ours.
local function measure(buffer, at)
  local left = buffer:len() - at
  local first = buffer(at, 1):uint()
  if first == 0x7b then
    for index = 0, math.min(left, MAX_OPTION_BYTES) - 1 do
      if buffer(at + index, 1):uint() == 0x0a then return index + 1, "option" end
    end
    if left >= MAX_OPTION_BYTES then return false end
    return nil, DESEGMENT_ONE_MORE_SEGMENT
  end
  if first ~= 0x3b or (left > 1 and buffer(at + 1, 1):uint() ~= 0xef) then return false end
  if left < FIXED_BYTES then return nil, DESEGMENT_ONE_MORE_SEGMENT end
  local size = FIXED_BYTES + buffer(at + 4, 4):uint()
  if size > left then return nil, size - left end
  return size, "frame"
end

-- TCP calls again for what follows a frame that began in an earlier packet, and keeps what the column shows by then.
local function show(column, seen)
  column:clear()
  local kept = tostring(column)
  if kept ~= "" and kept ~= "(nil)" then column:append(", ") end
  column:append(table.concat(seen, ", "))
end

function rpcgen.dissector(buffer, pinfo, tree)
  pinfo.cols.protocol = "RPCGEN"
  local at, seen = 0, {}
  while at < buffer:len() do
    local size, what = measure(buffer, at)
    if size == nil then
      pinfo.desegment_offset = at
      pinfo.desegment_len = what
      break
    end
    if size == false then
      tree:add(rpcgen, buffer(at)):add_proto_expert_info(malformed, "neither an Option nor a frame [OPT-2, FRM-2]")
      break
    end
    local range = buffer(at, size)
    if what == "option" then
      tree:add(rpcgen, range, "rpcgen Option"):add(field.option, range(0, size - 1))
      seen[#seen + 1] = "Option"
    else
      seen[#seen + 1] = add_frame(tree, range)
    end
    at = at + size
  end
  if #seen > 0 then show(pinfo.cols.info, seen) end
  return buffer:len()
end

local function is_option(buffer)
  local length = math.min(buffer:len(), #OPTION_PREFIX)
  return length >= 8 and buffer(0, length):string() == OPTION_PREFIX:sub(1, length)
end

local function is_frame(buffer)
  if buffer:len() < FIXED_BYTES or buffer(0, 3):uint() ~= 0x3bef01 then return false end
  local kind = buffer(3, 1):uint()
  return ((kind >= 1 and kind <= LAST_KIND) or kind >= 0x80) and buffer(8, 2):uint() <= buffer(4, 4):uint()
end

rpcgen:register_heuristic("tcp", function(buffer, pinfo, tree)
  if not is_option(buffer) and not is_frame(buffer) then return false end
  pinfo.conversation = rpcgen
  rpcgen.dissector(buffer, pinfo, tree)
  return true
end)

DissectorTable.get("tcp.port"):add_for_decode_as(rpcgen)
