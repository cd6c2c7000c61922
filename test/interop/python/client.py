"""A client for unary and one-way calls over TCP. Written from PROTOCOL.md; one thread per connection, standard library only."""

import json
import socket
import threading
import time

import body
import compression
import frame
from frame import Frame

REASONS = frozenset(
    "declared application handler_threw cancelled_by_caller deadline_passed unknown_service unknown_method "
    "malformed_message constraint_violated limit_exceeded too_many_calls connect_failed handshake_failed draining "
    "connection_lost client_closed unsupported protocol_violated unauthenticated permission_denied".split()
)


ONEWAY_LANE = 0xFFFF  # STR-4
STREAM_CREDIT = 262144  # FLW-2
MAX_CHUNKED = 8  # MSG-4
CHUNK = 32768


class CallError(Exception):
    """How a call failed. `type` and `data` belong to a declared error."""

    def __init__(self, code, reason, message, type=None, data=None, metadata=()):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.type, self.data, self.metadata = type, data, list(metadata)


def method_number(path):
    """HDR-10."""
    value = 0x811C9DC5
    for byte in path.encode("ascii"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value or 1


class PendingCall:
    def __init__(self, method, ident):
        self.method, self.ident = method, ident
        self.done = threading.Event()
        self.entries, self.chunks, self.kind = [], [], None
        self.credit, self.is_sent = STREAM_CREDIT, False
        self.result = self.error = self.metadata = None


class Client:
    """Connects at once. Calls may come from several threads."""

    def __init__(self, schema, host, port, token=None):
        self.schema = schema
        self.methods = {
            (service["name"], method["name"]): method
            for service in schema.declarations.values()
            if service["kind"] == "service"
            for method in service["methods"]
        }
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.calls, self.lanes, self.sequence, self.chunked = {}, set(), 0, 0
        self.max_calls, self.max_frame = 1000, 65536
        self.is_draining = self.is_closed = False
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.write(frame.encode_option(compressors=list(compression.NAMES.values()), token=token))
        threading.Thread(target=self.read_all, daemon=True).start()

    def call(self, service, method, request, metadata=(), timeout=None):
        """The result as the value of a vector, and the metadata of the reply. Raises CallError."""
        found = self.methods[service, method]
        data = self.encode_request(found, request)
        deadline = None if timeout is None else time.monotonic() + timeout
        call = self.start(found, data, metadata, deadline)
        if found["oneway"]:
            self.hand_over(call)
        if not call.done.wait(None if deadline is None else max(0, deadline - time.monotonic())):
            self.give_up(call)
        if call.error:
            raise call.error
        return call.result, call.metadata

    def encode_request(self, method, request):
        return body.encode(self.schema, method["request"]["fullName"], request) if "fullName" in method["request"] else b""

    def start(self, method, data, metadata, deadline):
        with self.lock:
            self.changed.wait_for(lambda: len(data) <= self.max_frame or self.chunked < MAX_CHUNKED)
            if self.is_draining or self.is_closed:
                raise CallError(14, "draining", "the connection takes no more calls")
            lane = ONEWAY_LANE
            if not method["oneway"]:
                lane = next((lane for lane in range(self.max_calls) if lane not in self.lanes), None)
                if lane is None:
                    raise CallError(8, "too_many_calls", "the server takes no more calls at a time")
                self.lanes.add(lane)
            self.sequence += 1
            call = PendingCall(method, self.sequence << 16 | lane)
            self.calls[call.ident] = call
            entries = [(0x01, method["id"].to_bytes(4, "big"))]
            if deadline is not None:
                micros = max(0, round((deadline - time.monotonic()) * 1e6))
                entries.append((0x03, frame.number_bytes(micros)))
            entries += [(0x8A, frame.pair_bytes(key, value)) for key, value in metadata]
            self.send(call, entries, data, 0x30 if method["oneway"] else 0x10, deadline)
            return call

    def send(self, call, entries, data, flags, deadline):
        """A request that does not fit one frame goes in chunks, each when there is credit for it (MSG-2, FLW-1)."""
        if len(data) <= self.max_frame:
            self.write(Frame(frame.REQUEST, call.ident, entries, data, serialization=1, flags=flags).encode())
            call.is_sent = True
            return
        self.chunked += 1
        for at in range(0, len(data), CHUNK):
            more = 0x40 if at + CHUNK < len(data) else 0
            part = Frame(frame.REQUEST, call.ident, [] if at else entries, data[at : at + CHUNK], 1, flags | more)
            if not self.spend(call, len(part.encode()), deadline):
                break
            self.write(part.encode())
            call.is_sent = more == 0
        self.chunked -= 1
        self.changed.notify_all()

    def spend(self, call, size, deadline):
        """Waits for credit; false when the call is over or out of time."""
        left = None if deadline is None else max(0, deadline - time.monotonic())
        if not self.changed.wait_for(lambda: call.credit >= size or call.done.is_set(), left) or call.done.is_set():
            return False
        call.credit -= size
        return True

    def hand_over(self, call):
        """A one-way call is over with its request; a connection that drains ends with its last call (GOA-2)."""
        with self.lock:
            if call.done.is_set() or not call.is_sent:
                return
            self.forget(call)
            call.result = {}
            call.done.set()
            if self.is_draining and not self.calls:
                self.shut_down()

    def give_up(self, call):
        """The deadline has passed (CAN-1)."""
        with self.lock:
            if call.done.is_set():
                return
            self.forget(call)
            call.error = CallError(4, "deadline_passed", "the deadline has passed")
            call.done.set()
            self.write(Frame(frame.CANCEL, call.ident, [(0x05, b"\x04")]).encode())

    def forget(self, call):
        self.calls.pop(call.ident, None)
        self.lanes.discard(call.ident & 0xFFFF)

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def shut_down(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        self.shut_down()
        self.socket.close()

    def read_all(self):
        lost = CallError(14, "connection_lost", "the connection was lost")
        try:
            self.read_frames()
        except frame.Breach as breach:
            if breach.code is not None:
                self.write(Frame(frame.GOAWAY, 0, [(0x0A, bytes([breach.code]))]).encode())
            lost = CallError(14, "connection_lost", str(breach))
        except frame.Refused as refusal:
            lost = CallError(14, "handshake_failed", str(refusal))
        except OSError:
            pass
        with self.lock:
            self.is_closed = True
            for call in list(self.calls.values()):
                self.fail(call, lost)
        self.close()

    def read_frames(self):
        data = bytearray()
        is_open = False
        while True:
            while not is_open:
                line = frame.take_option(bytes(data))
                if line is None:
                    break
                self.accept(frame.parse_option(line))
                del data[: len(line)]
                is_open = True
            while is_open:
                found = self.next_frame(data)
                if found is None:
                    break
                with self.lock:
                    self.handle(found)
                if self.is_draining and not self.calls:
                    return
            piece = self.socket.recv(65536)
            if not piece:
                return
            data += piece

    def accept(self, option):
        if option["Error"]:
            raise frame.Refused(option["Error"])
        frame.check_option(option)
        self.max_calls, self.max_frame = option["Limits"]["MaxCalls"], option["Limits"]["MaxFrameBytes"]

    def next_frame(self, data):
        try:
            found = frame.read_frame(data)
        except frame.CallFails as failure:
            # HDR-4: it is a reply that cannot be understood.
            size = frame.FIXED_BYTES + int.from_bytes(data[4:8], "big")
            ident = int.from_bytes(data[12:20], "big")
            del data[:size]
            call = self.calls.get(ident)
            if call:
                with self.lock:
                    self.fail(call, CallError(13, "protocol_violated", str(failure)))
            return Frame(0x80, 0)
        if found is None:
            return None
        del data[: found[1]]
        return found[0]

    def handle(self, found):
        if found.kind == frame.PING:
            self.write(Frame(frame.PONG, found.ident).encode())
        elif found.kind in (frame.REQUEST, frame.CANCEL):
            raise frame.Breach(1, "a server may not send this")
        elif found.kind == frame.GOAWAY:
            self.is_draining = True
            draining = CallError(14, "draining", "the server is going away")
            # GOA-5: a polite server takes one-way calls that were begun, whatever their ids.
            is_polite = found.number(0x0A) in (None, 0, 7)
            for call in [call for ident, call in self.calls.items() if ident > found.ident]:
                if not (is_polite and call.method["oneway"]):
                    self.fail(call, draining)
        elif found.kind == frame.SETTINGS:
            self.apply_settings(found)
        elif found.kind in (frame.RESPONSE, frame.ERROR):
            self.reply(found)
        elif found.kind == frame.ITEM and found.ident not in self.calls:
            self.credit(0, frame.FIXED_BYTES + len(found.body))
        elif found.kind == frame.CREDIT and found.ident in self.calls:
            self.calls[found.ident].credit += found.number(0x04) or 0
            self.changed.notify_all()
        # Credit of the connection is of no use to who sends no items; the rest is late or may be skipped.

    def apply_settings(self, found):
        limits = json.loads(found.body.decode("utf-8") or "{}").get("Limits", {})
        self.max_calls = limits.get("MaxCalls", self.max_calls)
        self.max_frame = limits.get("MaxFrameBytes", self.max_frame)

    def credit(self, ident, size):
        self.write(Frame(frame.CREDIT, ident, [(0x04, size.to_bytes(4, "big"))]).encode())

    def reply(self, found):
        call = self.calls.get(found.ident)
        if call is None:
            if found.ident >> 16 > self.sequence:
                raise frame.Breach(1, "a reply to a call that never was")
            return
        if call.kind != found.kind:
            call.entries, call.chunks, call.kind = found.entries, [], found.kind
        call.chunks.append(found.body)
        if found.flags & 0x40:
            self.credit(found.ident, len(found.encode()))
            return
        self.settle(call, Frame(found.kind, found.ident, call.entries, b"".join(call.chunks), flags=found.flags))

    def settle(self, call, whole):
        if whole.kind == frame.ERROR:
            return self.fail(call, self.error_of(whole))
        response = call.method["response"]
        try:
            data = self.plain_body(whole)
            call.result = body.decode(self.schema, response["fullName"], data) if "fullName" in response else {}
            call.metadata = whole.metadata()
            self.forget(call)
            call.done.set()
        except (body.Malformed, compression.Malformed) as fault:
            self.fail(call, CallError(3, "malformed_message", str(fault)))
        except compression.TooLong as fault:
            self.fail(call, CallError(8, "limit_exceeded", str(fault)))
        except CallError as error:
            self.fail(call, error)

    def plain_body(self, whole):
        """CMP-2. Raises CallError for a compressor that was not named, and what `decompress` raises."""
        number = whole.flags & 0x0F
        if number == 0:
            return whole.body
        if number not in compression.NAMES:
            raise CallError(12, "unsupported", "compressor %d was not named" % number)
        return compression.decompress(compression.NAMES[number], whole.body, frame.MAX_MESSAGE)

    def error_of(self, whole):
        code, reason, kind = whole.number(0x05), whole.text(0x06), whole.text(0x08)
        data = None
        if kind in self.schema.declarations:
            try:
                data = body.decode(self.schema, kind, whole.body)
            except body.Malformed:
                kind = None
        code = code if code is not None and 1 <= code <= 16 else 2
        reason = reason if reason in REASONS else "application"
        return CallError(code, reason, whole.text(0x07) or "", kind, data, whole.metadata())

    def fail(self, call, error):
        self.forget(call)
        call.error = error
        call.done.set()
        self.changed.notify_all()
