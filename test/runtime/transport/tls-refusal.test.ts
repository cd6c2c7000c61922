import { afterEach, describe, expect, test, vi } from "vitest";
import { alertWords, ifItAsks } from "../../../runtime/transport/tls-refusal.ts";
import type { TlsOptions } from "../../../runtime/transport/tls-options.ts";
import { createAuthority, hasOpenssl } from "../../security/certificates.ts";

function fault(code: string): Error & { readonly code: string } {
  return Object.assign(new Error("80AC:error:0A00"), { code });
}

/** Somebody's certificate that cannot be looked into. */
const opaque: TlsOptions = { cert: "-----BEGIN CERTIFICATE-----" };

test.each([
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "(certificate_required): the server takes none of this kind"],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "(bad_certificate): it cannot be used there"],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "(bad_certificate): it cannot be used there"],
  ["ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "(unsupported_certificate): its kind of key is not taken there"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED", "(certificate_revoked): it has been revoked"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "(certificate_expired): it has expired by the clock of the server"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", "(certificate_unknown): the log of the server may say why"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "(unknown_ca): the server does not know its authority"],
  ["ERR_SSL_TLSV1_ALERT_ACCESS_DENIED", "(access_denied): who it names may not come in"],
])("%s is about the certificate of the client", (code, words) => {
  expect(alertWords(fault(code), opaque)).toContain(`the server refuses this client for its certificate ${words}`);
  expect(alertWords(fault(code), {})).toContain("this client shows none; give it one by tls: { key, cert }");
});

test("other alerts are named, and may be about it", () => {
  expect(alertWords(fault("ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"), {})).toBe(
    "the server ended the TLS handshake (internal_error); if the server asks for certificates of clients, this client shows none; give it one by tls: { key, cert }",
  );
});

test("what is no alert is left to others", () => {
  expect(alertWords(fault("ECONNRESET"), {})).toBeUndefined();
  expect(alertWords(new Error("lost"), {})).toBeUndefined();
});

describe.skipIf(!hasOpenssl())("a client looks at its own certificate", () => {
  const { cert } = createAuthority().issue();
  afterEach(() => void vi.useRealTimers());

  test.each([
    ["2001-01-01", "that of this client is not valid before 20"],
    ["2099-01-01", "that of this client has expired on 20"],
    [undefined, "the authority of the one that this client shows may not be known to it"],
  ])("in %s", (date, words) => {
    if (date !== undefined) vi.useFakeTimers({ toFake: ["Date"], now: new Date(date) });
    for (const given of [cert, Buffer.from(cert), [cert]]) expect(ifItAsks({ cert: given })).toContain(words);
  });

  test("which it may have more of than one", () => {
    expect(ifItAsks({ cert: [] })).toContain("may not be known to it");
  });
});
