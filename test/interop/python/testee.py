"""The Python implementation as a testee of the conformance runner: length-prefixed JSON on stdin and stdout."""

import json
import sys
import threading

import body
import compression
import frame
from client import CallError, Client

lock = threading.Lock()
state = {}


def hello(message):
    state["schema"] = body.Schema(message["schema"])
    features = ["token", *compression.NAMES.values()]
    return {"name": "python", "modes": ["codec", "client"], "serializations": ["binary"], "features": features}


def decode(message):
    try:
        return {"value": body.decode(state["schema"], message["schema"], bytes.fromhex(message["hex"]))}
    except body.Malformed:
        return {"error": {"code": 3}}


def encode(message):
    return {"hex": body.encode(state["schema"], message["schema"], message["value"]).hex()}


def read_frame(message):
    try:
        found = frame.read_frame(bytes.fromhex(message["hex"]))
    except frame.Breach as breach:
        return {"close": {"code": breach.code}}
    except frame.CallFails as failure:
        return {"error": {"code": failure.code}}
    if found is None:
        return {"error": {"code": -1}}
    return {"value": spell(found[0], bytes.fromhex(message["hex"]))}


def spell(found, data):
    size = 0 if found.kind < 0x80 else int.from_bytes(data[8:10], "big")
    entries = found.entries if found.kind < 0x80 else frame.split_header(data[20 : 20 + size])
    return {
        "kind": found.kind,
        "serialization": found.serialization,
        "flags": found.flags,
        "id": str(found.ident),
        "header": [{"tag": tag, "hex": value.hex()} for tag, value in entries],
        "body": found.body.hex(),
    }


def write_frame(message):
    value = message["value"]
    entries = [(entry["tag"], bytes.fromhex(entry["hex"])) for entry in value["header"]]
    made = frame.Frame(
        value["kind"], int(value["id"]), entries, bytes.fromhex(value["body"]), value["serialization"], value["flags"]
    )
    return {"hex": made.encode().hex()}


def read_option(message):
    try:
        line = frame.take_option(bytes.fromhex(message["hex"]))
        option = frame.parse_option(line)
        frame.check_option(option)
    except frame.Breach:
        return {"close": {"code": "silent"}}
    except frame.Refused:
        return {"error": {"code": 14}}
    value = {name: option[name] for name in ("CodecType", "Serializations")}
    value["Version"] = str(option["Version"])
    value["Limits"] = {name: str(limit) for name, limit in option["Limits"].items()}
    if option["Peer"] is not None:
        value["Peer"] = option["Peer"]
    return {"value": value}


def decompress(message):
    try:
        plain = compression.decompress(message["compressor"], bytes.fromhex(message["hex"]), message["maxMessageBytes"])
        return {"hex": plain.hex()}
    except compression.TooLong:
        return {"error": {"code": 8}}
    except compression.Malformed:
        return {"error": {"code": 3}}


def connect(message):
    state["client"] = Client(state["schema"], "127.0.0.1", message["port"], message.get("token"))
    return {}


def call(message):
    timeout = message.get("timeoutMs")
    seconds = None if timeout is None else timeout / 1000
    try:
        result, metadata = state["client"].call(
            "Conformance", message["method"], message["request"], message.get("metadata", ()), seconds
        )
    except CallError as error:
        found = {"code": error.code, "reason": error.reason, "message": error.message}
        return {"error": {**found, "type": error.type, "data": error.data} if error.type else found}
    return {"result": result, "metadata": metadata} if metadata else {"result": result}


def disconnect(_message):
    if "client" in state:
        state.pop("client").close()
    return {}


OPERATIONS = {
    "hello": hello,
    "decode": decode,
    "encode": encode,
    "readFrame": read_frame,
    "writeFrame": write_frame,
    "readOption": read_option,
    "decompress": decompress,
    "connect": connect,
    "call": call,
    "disconnect": disconnect,
}


def answer(message):
    operation = OPERATIONS.get(message["op"])
    reply = operation(message) if operation else {"skipped": True}
    data = json.dumps({"id": message["id"], **reply}).encode("utf-8")
    with lock:
        sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)
        sys.stdout.buffer.flush()


def main():
    while len(head := sys.stdin.buffer.read(4)) == 4:
        message = json.loads(sys.stdin.buffer.read(int.from_bytes(head, "big")))
        if message["op"] == "call":
            threading.Thread(target=answer, args=(message,), daemon=True).start()
        else:
            answer(message)


main()
