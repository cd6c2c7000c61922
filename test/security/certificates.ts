/** Certificates for tests, made by the `openssl` program when they are needed: no private key lies in the repository. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key with its certificate, PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate says. */
export interface CertificateWish {
  /** `DNS:localhost,URI:spiffe://example.org/a`; undefined: no SAN at all. */
  readonly names?: string | undefined;
  readonly commonName?: string;
  /** Days until it expires; negative: it has. */
  readonly days?: number;
}

/** A certificate authority that lives as long as the test file. */
export interface Authority {
  /** PEM. */
  readonly ca: string;
  issue(wish?: CertificateWish): Credentials;
}

/** False where there is no `openssl`: allowed on a developer's machine, never in CI. */
export function hasOpenssl(): boolean {
  const found = spawnSync("openssl", ["version"]).status === 0;
  if (found) return true;
  if (process.env["CI"] !== undefined) throw new Error("The tests of TLS need the program openssl; install it.");
  console.warn("The tests of TLS are skipped: the program openssl is missing.");
  return false;
}

/** @param name appears as issuer */
export function createAuthority(name = "test authority"): Authority {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-ca-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const run = (...parameters: string[]): void =>
    void execFileSync("openssl", parameters, { cwd: folder, stdio: "pipe" });
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const newKey = (file: string): void => run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file);
  newKey("ca.key");
  run("req", "-x509", "-new", "-key", "ca.key", "-subj", `/CN=${name}`, "-days", "30", "-out", "ca.pem");
  let count = 0;

  function issue({
    names = "DNS:localhost,IP:127.0.0.1",
    commonName = "someone",
    days = 30,
  }: CertificateWish = {}): Credentials {
    const id = `leaf-${count++}`;
    newKey(`${id}.key`);
    run("req", "-new", "-key", `${id}.key`, "-subj", `/CN=${commonName}`, "-out", `${id}.csr`);
    writeFileSync(
      join(folder, `${id}.ext`),
      names === "" ? "basicConstraints=CA:FALSE\n" : `subjectAltName=${names}\n`,
    );
    sign(id, days);
    return { key: read(`${id}.key`), cert: read(`${id}.pem`) };
  }

  /** `x509 -req` refuses days in the past, so expired certificates are made by `ca`, which takes dates. */
  function sign(id: string, days: number): void {
    if (days > 0) {
      const files = ["-in", `${id}.csr`, "-out", `${id}.pem`, "-extfile", `${id}.ext`];
      return run(
        "x509",
        "-req",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-set_serial",
        String(1000 + count),
        "-days",
        String(days),
        ...files,
      );
    }
    writeFileSync(join(folder, "index.txt"), "");
    writeFileSync(join(folder, "serial"), `${(4096 + count).toString(16)}\n`);
    writeFileSync(
      join(folder, "ca.cnf"),
      "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n",
    );
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
    const files = ["-in", `${id}.csr`, "-out", `${id}.pem`, "-extfile", `${id}.ext`];
    run("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext", ...dates, ...files);
  }

  return { ca: read("ca.pem"), issue };
}
